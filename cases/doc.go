// Package cases is the domain: what a case is, who may do what to it, and what
// the host may know of it.
//
// Three promises hold for every method of [Service]:
//
//   - What a person typed is sealed before it reaches a [Store]; clear columns
//     hold enums, days, random ids, hashes and public keys. No platform account
//     comes anywhere near this package.
//   - Every act takes one road ([Service.perform]): it is sealed outside the
//     transaction, entered in the custody log under its Once, checked against
//     the one table of moves, and stored together with its papers and notices,
//     or not at all. The same Once a second time finds the first one's result.
//   - An answer to a stranger is one answer: [NotFound], from the same query,
//     for an unknown receipt, an unknown case, a forbidden case and a deleted
//     one.
//
// The roles get handles that can do only what the role may: [Mine] for whoever
// holds a receipt, [Desk] for an ombudsman. None can change the [Office].
package cases
