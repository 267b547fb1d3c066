// Package bottest tells the story of Ombra once, in terms of what a person can
// do: pick a verb, say something, press a button, send a form, and see what is
// there. The demo runs it, and so does the conformance suite that every adapter
// passes ([Run]), against a fake of its platform or a live one. What differs
// between platforms is a [Person] each; the story is the same.
//
// It also plays the ombudsman's own machine ([Machine]) and the filer's
// ([Device]): nothing in the story gets a key that it would not have in life.
package bottest
