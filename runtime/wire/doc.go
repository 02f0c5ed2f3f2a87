// Package wire defines the bytes of keys and ciphertexts. docs/formats.md describes them for other clients,
// with what the polynomials are; the outline is:
//
// Every file has the same frame; all numbers are little-endian:
//
//	offset  bytes  what
//	0       8      magic "HECCDATA"
//	8       4      format version, 2
//	12      4      kind: 1 secret key, 2 public key, 3 evaluation keys, 4 request, 5 response
//	16      32     plan ID: SHA-256 of the plan's interface as it is stored in its file
//	48      16     key ID: random, the same for all keys of one key set and for all ciphertexts under it
//	64      4      runs: what the server computes at once (0 in keys)
//	68      4      samples in all runs (0 in keys)
//	72      4      form of a request: 0 with both halves, 1 with seeded uniform halves (else 0)
//	76      …      body
//	-32     32     SHA-256 of everything before
//
// A body holds polynomials limb by limb, N coefficients in the NTT domain, each in as many bytes as its
// modulus needs. Their number and sizes follow from the plan's interface alone, so a reader knows the exact
// length before it allocates; level and scale are never read from the bytes.
//
//	secret key       N ternary coefficients, four to a byte: 0, 1, and 2 for -1
//	public key       seed; the half b = -a·s + e modulo the input's limbs and the first special prime, in Montgomery form
//	evaluation keys  seed; for the relinearisation key and then each rotation in the interface's order:
//	                 for each digit the half b modulo Q to the key's level and all of P, in Montgomery form
//	request          form 1: seed, table, then c0 of every ciphertext; form 0: table, c0 and c1 of every ciphertext
//	response         table, then c0 and c1 of every ciphertext
//
// The table says which samples stand side by side: for each run how many (4 bytes each), then for each lane
// of each run the sample's number in the client's order (4 bytes each). Every number occurs once. The
// response has the table of its request, so that the client finds its order again. Samples out of the plan's
// range have a run of their own.
//
// A seed is 32 bytes and stands for all uniform halves of its file. They are expanded from the keystream of
// AES-256 in counter mode: package backend/lattigo/params says how.
//
// Evaluation keys may be larger than memory: KeyReader and KeyWriter take their file digit by digit.
//
// The package knows nothing of cryptography: limbs are plain numbers. Every reader treats its bytes as
// hostile: no panic, no allocation beyond a small multiple of the input's length, every coefficient below its
// modulus.
package wire
