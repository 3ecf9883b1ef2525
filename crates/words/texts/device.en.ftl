device-on = { $browser } on { $system }
device-unknown = Unknown device
