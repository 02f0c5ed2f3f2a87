// Package keystore keeps the evaluation keys of clients in a directory of plain files. Keys come in parts, in
// any order and over any time, and are served only once they are whole. What a Store has said to hold it still
// holds after a restart, a kill or a power failure.
//
//	DIR/lock                               held by the process that has the store open
//	DIR/uploads/CLIENT/ID/meta.json        an upload that has begun
//	DIR/uploads/CLIENT/ID/000000 …         its parts, each whole
//	DIR/sets/CLIENT/ID/…                   a key set: the directory of a committed upload
//	DIR/trash/…                            what is being deleted
//
// Every file gets its name only when its bytes are on the disk, and an upload becomes a key set by the rename
// of its directory. CLIENT is the SHA-256 of the client's name and ID that of the key set's bytes, so no path
// is made of what came over a network.
package keystore
