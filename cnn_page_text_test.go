package hecc_test

const cnnPageHead = `# Convolutional networks

A convolution is imported as a sparse map, as every linear operation is: one entry for each weight at each place. What makes it cheap on ciphertexts is where the
elements of the image stand in the slots. [RATIONALE.md](../RATIONALE.md) (Images) has the reasons; this page shows what comes of them. Written by

    go test . -run ConvolutionsPage -full -update -timeout 60m

## What stands where

A layout is a list of dimensions of the slot's number, the outermost first: ` + "`[2:2i]`" + ` means that the next bit of the number moves two rows on, ` + "`rep`" + ` that the
same element stands there again, ` + "`gap`" + ` that nothing that counts does. A result stands where the window that it reads stands, so that each place of the window is one rotation for
the whole image. Rows and columns of each parity are bits of their own, the outermost ones: then the sums of a 2 by 2 pooling are one fold without any
product, and its result is repeated in what were the four phases, which the next convolution fills with its maps.

Where it pays, the client sends the image in several ciphertexts, each moved by another part of the window, as im2col does: dimensions before the bar
count ciphertexts. In ` + "`784, i<28 mod 32, j<28 mod 32: [3:i] [3:31j] | [2:29i] …`" + ` they are moved by 0, 1 or 2 rows on and by 0, 1 or 2 columns back, and half of the slots
by 3 rows back besides (29 modulo 32): so 5 by 5 places take 15 products and a rotation by two columns.

The pictures below are drawn from a plan of this compiler: a convolution of 3 by 3 with two maps, a square, a sum over 2 by 2 places, and a convolution of 3 by 3
with four maps, on 128 slots. Each cell is a slot; it shows map, row and column of the element in it (of the image, row and column), and dots where
there is none, or a partial sum that nobody reads.
`

const cnnPageTables = `
## The shipped networks

Trained by [models](../models/README.md), calibrated with the arrays in testdata. Times of the server for one sample on one thread, in milliseconds as predicted, and in units of ` + "`mnist/square`" + `'s: predicted,
and measured in the same run. "Kept" is how many of 20 unseen samples on ciphertexts have the largest output that they have in clear.

| network | agreement asked | log2 N | levels | keys | compiled in | predicted, in units | measured | error predicted | measured | kept |
|---|---|---|---|---|---|---|---|---|---|---|
`

const cnnPageBatches = `
## Batches

With a sample in each slot (` + "`--batch 8192`" + `) a weight is a number and nothing is rotated. The pictures stream through the layers: each operation stands right before the first that reads it, so that a run holds
some rows of each layer, and not all of one. Sums over one window, one for each map, are computed together. Times are those of a sample in a full run.

| network | samples a run | log2 N | keys | predicted, in units | measured | error predicted | measured |
|---|---|---|---|---|---|---|---|
`

const cnnPageLarge = `
## ResNet-20

A residual network of 20 layers on 32×32×3 ([models/images](../models/images/resnet20.py); no bootstrapping), compiled with

    hecc compile models/images/resnet20.onnx --calibrate testdata/images/resnet20_calibrate.npy --target-agreement 0.82

has ten quadratics and nine lines, N=2^15, 15 levels, 250 rotation keys of 2.5 GiB, and takes 16.9 GiB of the server's memory. On 2026-11-27, on two cores and 24 GB, it was compiled in 173 s with 6.9 GiB and ran eight pictures,
with the client in the same process (` + "`hecc verify --samples 8 --threads 1`" + `, 23 GB in all): 5.8 to 6.8 s each, where 5.7 are predicted (1,270 to 1,550 times ` + "`mnist/square`" + `), with errors up to 3.5 where 43.5 is promised. Its polynomials were fitted on 88 pictures:
they keep 82.5 % of the decisions on all 160 that were given, with simulated noise, and 61 % at least of unseen ones are promised. More pictures would say more.

## Layer by layer
`
