package sshidentity

import (
	"crypto/sha512"
	"encoding/binary"

	//lint:ignore SA1019 it is what OpenSSH's format is made of, whatever new designs should use
	"golang.org/x/crypto/blowfish"
)

// bcryptBlock is what one run of the hash gives, in bytes.
const bcryptBlock = 32

// bcryptKey is OpenBSD's bcrypt_pbkdf(3), which no public package of x/crypto has: PBKDF2 with bcrypt for its hash, the
// bytes of its blocks interleaved so that no half of the key comes at half the price.
func bcryptKey(passphrase, salt []byte, rounds, size int) []byte {
	blocks := (size + bcryptBlock - 1) / bcryptBlock
	key := make([]byte, blocks*bcryptBlock)
	secret := sha512.Sum512(passphrase)
	for block := range blocks {
		hashed := sha512.Sum512(binary.BigEndian.AppendUint32(append([]byte(nil), salt...), uint32(block+1)))
		last := bcryptHash(secret[:], hashed[:])
		sum := last
		for range rounds - 1 {
			hashed = sha512.Sum512(last[:])
			last = bcryptHash(secret[:], hashed[:])
			for i := range sum {
				sum[i] ^= last[i]
			}
		}
		for i, b := range sum {
			key[i*blocks+block] = b
		}
	}
	return key[:size]
}

func bcryptHash(secret, salt []byte) [bcryptBlock]byte {
	c, err := blowfish.NewSaltedCipher(secret, salt)
	if err != nil {
		panic(err) // a key of 64 bytes is none too long
	}
	for range 64 {
		blowfish.ExpandKey(salt, c)
		blowfish.ExpandKey(secret, c)
	}
	out := [bcryptBlock]byte([]byte("OxychromaticBlowfishSwatDynamite"))
	for i := 0; i < len(out); i += blowfish.BlockSize {
		for range 64 {
			c.Encrypt(out[i:], out[i:])
		}
	}
	for i := 0; i < len(out); i += 4 { // bcrypt counts its words from the other end
		binary.LittleEndian.PutUint32(out[i:], binary.BigEndian.Uint32(out[i:]))
	}
	return out
}
