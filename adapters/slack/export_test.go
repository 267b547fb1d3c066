package slack

// InFlight is how many payloads are being answered.
func (a *Adapter) InFlight() int { return len(a.slots) }

// Up says whether both connections of Socket Mode are.
func (a *Adapter) Up() bool {
	a.links.mu.Lock()
	defer a.links.mu.Unlock()
	return a.links.kept[0] != nil && a.links.kept[1] != nil
}
