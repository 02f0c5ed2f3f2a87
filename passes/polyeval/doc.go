// Package polyeval decides how a polynomial of ciphertexts is evaluated: which powers are computed, and which
// products of ciphertexts in which order. Packing writes such a tree as operations; fitting asks for its
// price.
//
// A polynomial p(t) = Σ c_n T_n(t) is evaluated with baby steps and giant steps (Paterson and Stockmeyer,
// 1973): p = q·T_m + r, where m is the largest k·2^i up to its degree, and so on with q and r, until degrees
// are below k. Those parts cost one product with a plaintext for each T_n. The T_n follow from T_{a+b} = 2
// T_a T_b - T_{a-b} with a and b as equal as possible, so that T_n has depth ⌈log2 n⌉. Terms that are zero
// for every element cost nothing: an odd polynomial needs about half of the T_n, and an even one is a
// polynomial of half the degree in T_2, since T_2n(t) = T_n(T_2(t)).
package polyeval
