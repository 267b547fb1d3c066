package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	catalog "ombra/bot/say"
	"ombra/config"
	"ombra/crypto"
)

// What answers init takes.

func checkOrigin(s string) error {
	if strings.HasSuffix(s, ".invalid") {
		return errors.New("this origin is the demo's; choose another")
	}
	return crypto.CheckOrigin(s)
}

func checkLine(s string) error {
	if s == "" || crypto.CleanLine(s) != s || len([]rune(s)) > 75 {
		return errors.New("write one line of 1 to 75 characters")
	}
	return nil
}

func checkZone(s string) error {
	if _, err := time.LoadLocation(s); err != nil || s == "" || s == "Local" {
		return errors.New("write a name of the zone database, like Europe/Vienna")
	}
	return nil
}

func checkLanguage(s string) error {
	if !slices.Contains(catalog.Langs(), s) {
		return errors.New("write one of " + strings.Join(catalog.Langs(), ", "))
	}
	return nil
}

func checkProfile(s string) error {
	if !slices.Contains(config.Profiles, s) {
		return errors.New("write one of " + strings.Join(config.Profiles, ", "))
	}
	return nil
}

func checkDays(s string) error {
	if n, err := strconv.Atoi(s); err != nil || n < 1 || n > 365 {
		return errors.New("write a number of days from 1 to 365")
	}
	return nil
}

func checkYesNo(s string) error {
	if s != "yes" && s != "no" {
		return errors.New("write yes or no")
	}
	return nil
}

func checkDirect(s string) error {
	if s != "on" && s != "buttons" {
		return errors.New("write on or buttons")
	}
	return nil
}
