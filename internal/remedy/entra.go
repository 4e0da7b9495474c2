package remedy

// entra are codes of Microsoft Entra ID, which stand in error_description: "Microsoft Entra authentication &
// authorization error codes" in its documentation. The description goes on in words that change; the code stays.
func entra() []row {
	aadsts := func(number, text string, keys ...string) row {
		return row{in: "aadsts" + number + ":", advice: advice{text, keys}}
	}
	const personal = "the application is for personal accounts only: set issuer = \"https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0\""
	lacks := func(parameter, text string, keys ...string) row {
		return row{in: "aadsts900144: the request body must contain the following parameter: " + parameter, advice: advice{text, keys}}
	}
	const desktop = `register the redirect URI {redirect_uri} under "Mobile and desktop applications" of the app registration`
	return []row{
		aadsts("50011", desktop+`; for any port, register and set http://localhost`, "redirect_uri"),
		aadsts("500113", desktop, "redirect_uri"),
		aadsts("900971", desktop, "redirect_uri"),
		aadsts("9002326", `move the redirect URI {redirect_uri} from "Single-page application" to "Mobile and desktop applications"`, "redirect_uri"),
		aadsts("9002327", `move the redirect URI {redirect_uri} from "Single-page application" to "Mobile and desktop applications"`, "redirect_uri"),
		aadsts("9002325", "remove pkce = false from the profile; if it is not there, move the redirect URI {redirect_uri} from \"Single-page application\" to \"Mobile and desktop applications\"", "pkce", "redirect_uri"),
		aadsts("9002331", personal, "issuer"),
		aadsts("9002346", personal, "issuer"),
		lacks("'client_id'", usePost, "token_endpoint_auth_method"),
		lacks("'scope'", "set scopes in the profile, such as those of the API", "scopes"),
		aadsts("900144", "put the parameter that the server names into token_parameters", "token_parameters"),
		aadsts("700016", "there is no application {client_id} in this tenant: compare the Application (client) ID, and the tenant in the issuer", "client_id", "issuer"),
		aadsts("90002", "there is no such tenant: compare the tenant in the issuer", "issuer"),
		aadsts("50194", "the application is for one tenant: use that tenant's issuer instead of common", "issuer"),
		aadsts("50020", "this account belongs to another tenant: choose another one, or that tenant's issuer", "issuer", "login_hint"),
		aadsts("7000215", "the client secret is wrong: take its value, not its ID", "client_secret"),
		aadsts("7000222", "the client secret has expired: make a new one in the app registration", "client_secret"),
		aadsts("7000218", `allow public client flows under Authentication of the app registration, or set a client secret`, "client_secret", "token_endpoint_auth_method"),
		aadsts("700025", "the application is a public client: remove the client secret from the profile", "client_secret", "token_endpoint_auth_method"),
		aadsts("700027", "upload the certificate of the client's key to the app registration", "client_key_file", "client_key_id"),
		aadsts("70011", "the server does not know a scope: compare {scopes}", "scopes"),
		aadsts("650053", "a scope does not exist on that API: compare {scopes}", "scopes"),
		aadsts("28000", "the scopes belong to several APIs: ask for one API's at a time", "scopes"),
		aadsts("500011", "the API is not known in this tenant: compare scopes and audience", "scopes", "audience"),
		aadsts("9010010", "this server does not accept resource together with scopes: set send_resource = false, and name the API in the scopes", "resource"),
		aadsts("65001", "these permissions have not been granted: allow them ({login}), or have an administrator do so", "scopes"),
		aadsts("65004", "run the command again and allow the access"),
		aadsts("90094", "an administrator has to consent to these permissions", "scopes"),
		aadsts("50105", "have an administrator assign you to the application"),
		aadsts("53003", "a policy of your organization denies this sign-in: ask its administrator what it requires"),
		aadsts("50076", "a second factor is required: {login}"),
		aadsts("50079", "a second factor is required: {login}"),
		aadsts("700082", "the refresh token has expired: {login}"),
		aadsts("70043", "a policy has ended the sign-in: {login}"),
		aadsts("50173", "the sign-in has been revoked, as by a new password: {login}"),
		aadsts("7000014", "the device code is no longer valid: run the command again"),
		aadsts("70019", "the code expired before it was entered: run the command again"),
	}
}
