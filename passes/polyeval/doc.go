// Package polyeval says how a polynomial of ciphertexts is taken apart: which powers are made, and which products of
// ciphertexts are taken in which order. Packing writes such a tree as operations, fitting asks for its price.
//
// A polynomial p(t) = Σ c_n T_n(t) is evaluated with baby steps and giant steps (Paterson and
// Stockmeyer, 1973): p = q·T_m + r, where m is the largest k·2^i up to its degree, and the same again for q and
// r, until degrees are below k. These cost one product with a plaintext for each T_n, and the T_n come from
// T_{a+b} = 2 T_a T_b - T_{a-b} with a, b as equal as can be, so that T_n has depth ⌈log2 n⌉.
// Terms that are zero for every element cost nothing: an odd polynomial needs about half of the T_n, and an even one is a
// polynomial of half the degree in T_2, since T_2n(t) = T_n(T_2(t)).
package polyeval
