package sshidentity

import (
	"encoding/binary"
	"math/big"
)

// wire reads the data types of RFC 4251 §5 one after the other. Once something is missing, all that follows is empty
// and bad is set.
type wire struct {
	rest []byte
	bad  bool
}

func (w *wire) take(n uint32) []byte {
	if w.bad || uint64(n) > uint64(len(w.rest)) {
		w.bad, w.rest = true, nil
		return nil
	}
	taken := w.rest[:n:n]
	w.rest = w.rest[n:]
	return taken
}

func (w *wire) uint32() uint32 {
	if b := w.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (w *wire) text() []byte { return w.take(w.uint32()) }

// int reads an mpint, of which a key has only positive ones, of a size that a key can have.
func (w *wire) int() *big.Int {
	b := w.text()
	if len(b) == 0 || b[0]&0x80 != 0 || len(b) > maxRSA/8+1 {
		w.bad = true
		return new(big.Int)
	}
	return new(big.Int).SetBytes(b)
}

func wireText(s string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(s))), s...)
}

// wireInt writes a positive mpint: "If the most significant bit would be set for a positive number, the number MUST be
// preceded by a zero byte." RFC 4251 §5
func wireInt(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) > 0 && b[0]&0x80 != 0 {
		b = append([]byte{0}, b...)
	}
	return wireText(string(b))
}
