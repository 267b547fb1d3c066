package cases

import "ombra/cases/papers"

// Answers is the machine-readable half of a typed filing: which form in which
// language, and the answers by question. It is sealed with the readable text.
type Answers = papers.Block
