package main

import "github.com/spf13/cobra"

const clientMetadataLong = `Print the Client ID Metadata Document of a client, as JSON. It says who the client is to servers that know it by its URL
alone, without a registration: host it at that URL, and set client_id_metadata_document to it.

The URL is that of the profile, or of the flag. It is https, and has a path. A profile with client_key_file has its public key in the
document. A client with a document has no secret.`

func clientMetadataCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "client-metadata [NAME]",
		Short:   "Print the document that is a client's identifier, to host it",
		Long:    clientMetadataLong,
		Example: "  oauthget client-metadata --client-id-metadata-document https://example.com/oauthget.json >oauthget.json\n  oauthget client-metadata work",
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := a.options().ProfileFile(cmd.Context())
			if err != nil {
				return err
			}
			document, err := a.options().Document(cmd.Context(), file, nameOf(args), keyFlags(cmd))
			if err != nil {
				return err
			}
			return a.printJSON(document)
		},
	}
	a.addKeyFlags(cmd)
	a.completeProfiles(cmd, 1)
	return cmd
}
