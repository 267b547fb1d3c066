// Package storetest says in tests what [cases.Store] and [cases.Shelf] promise.
// Every implementation passes [Run] or [RunShelf]:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) cases.Store { return open(t) })
//	}
//
// A store can also fail in two ways that look alike to a caller: the change is
// not there, or it is there and was reported as failed. [Faulty] does either to
// one write of any store, and [EveryWrite] to each write of a story in turn.
package storetest
