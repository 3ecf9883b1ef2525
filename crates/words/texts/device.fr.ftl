device-on = { $browser } sur { $system }
device-unknown = Appareil inconnu
