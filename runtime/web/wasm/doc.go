// Command wasm is the client of a plan for a browser's worker: keys, encryption, decryption. It reaches no
// network and keeps nothing: what it may tell is what its functions give. Only secretKey gives the secret key, for
// people who want this browser to remember it.
//
// It sets globalThis.hecc, whose functions take and give bytes and JSON:
//
//	open(file)               the plan: ID, input, sizes, promise
//	newKeys()                draws a secret key, which replaces the one before
//	secretKey()              its file
//	restoreKeys(file)        takes it back
//	dropKeys()               forgets it
//	writeEvaluation(take)    makes evaluation keys, hands them to take(bytes) as they come, and gives their SHA-256
//	encryptText(csv, any, most)  a request for the samples of the lines; any: also outside the plan's range
//	encryptValues(v, any, most)  a request for one sample; most: bytes that the service takes
//	decrypt(response)        the results
//
// A function that fails gives {error, outside}; outside means that only the range is in the way.
package main
