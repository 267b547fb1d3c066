package sqlite

import "ombra/cases"

// Settings implements [cases.SettingTx].
func (t *tx) Settings() (list []cases.Setting, err error) {
	err = t.each(`SELECT name, value, was, since FROM settings ORDER BY name`, nil, func(r *row) error {
		list = append(list, cases.Setting{Name: r.text(), Value: r.text(), Was: r.text(), Since: r.day()})
		return nil
	})
	return list, err
}

// PutSetting implements [cases.SettingTx].
func (t *tx) PutSetting(s cases.Setting) error {
	return t.write(`INSERT INTO settings (name, value, was, since) VALUES (?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, was = excluded.was, since = excluded.since`,
		s.Name, s.Value, s.Was, s.Since)
}
