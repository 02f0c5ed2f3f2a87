// Command asm generates the inner kernel of package dense for amd64 processors with AVX2 and FMA.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64")
	tile(4, 3)
	Generate()
}

// tile adds the product of a packed panel of a and one of b to a tile of c, whose rows are stride numbers apart. The tile
// stays in registers, each row in vectors of four numbers: 12 sums, 3 vectors of b and one number of a fill all 16.
func tile(rows, vectors int) {
	const size = 8
	TEXT("tileVector", NOSPLIT, "func(c *float64, stride int, a, b *float64, depth int)")
	Pragma("noescape")
	Doc("tileVector does what tileGo does.")
	c := Load(Param("c"), GP64())
	stride := Load(Param("stride"), GP64())
	a := Mem{Base: Load(Param("a"), GP64())}
	b := Mem{Base: Load(Param("b"), GP64())}
	depth := Load(Param("depth"), GP64())
	SHLQ(U8(3), stride) // in bytes

	sums := make([][]reg.VecVirtual, rows)
	eachRow := func(visit func(i int, row Mem)) {
		row := GP64()
		MOVQ(c, row)
		for i := range rows {
			visit(i, Mem{Base: row})
			if i+1 < rows {
				ADDQ(stride, row)
			}
		}
	}
	eachRow(func(i int, row Mem) {
		for j := range vectors {
			sums[i] = append(sums[i], YMM())
			VMOVUPD(row.Offset(4*size*j), sums[i][j])
		}
	})

	Label("next")
	right := make([]reg.VecVirtual, vectors)
	for j := range right {
		right[j] = YMM()
		VMOVUPD(b.Offset(4*size*j), right[j])
	}
	for i := range rows {
		left := YMM()
		VBROADCASTSD(a.Offset(size*i), left)
		for j := range right {
			VFMADD231PD(right[j], left, sums[i][j])
		}
	}
	ADDQ(U8(size*rows), a.Base)
	ADDQ(U8(4*size*vectors), b.Base)
	DECQ(depth)
	JNZ(LabelRef("next"))

	eachRow(func(i int, row Mem) {
		for j := range vectors {
			VMOVUPD(sums[i][j], row.Offset(4*size*j))
		}
	})
	VZEROUPPER()
	RET()
}
