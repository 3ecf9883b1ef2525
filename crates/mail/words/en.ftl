# Every mail. Plain ASCII where it can be, so that the mail needs no encoding.
greeting = Hello { $name },
link-copy = Or copy this address into your browser:
date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[other] December
} { $year } at { $time } UTC
fact-when = When:
fact-address = From address:
fact-device = Device:

# Somebody was invited.
invitation-subject = { $inviter } invites you to { $product }
invitation-opening = { $inviter } has invited you to the back office "{ $product }".
invitation-back-office = Back office:
invitation-roles = { $count ->
    [one] Your role:
   *[other] Your roles:
}
invitation-link = To start, create your password:
invitation-button = Create your password
invitation-ends = The link works once, for { $duration }: until { $end }. After that, ask { $inviter } for a new one.
invitation-ignore = If you did not expect this invitation, ignore this email: without a password nobody can use the account.

# A link to a new password.
reset-subject = Choose a new password for { $product }
reset-opening = Somebody, probably you, asked for a new password for your account at "{ $product }".
reset-link = To choose a new password, follow this link:
reset-button = Choose a new password
reset-ends = The link works once, for { $duration }: until { $end }.
reset-ignore = If it was not you, ignore this email: nothing happens, and your password stays as it is.

# The password was changed.
changed-subject = Your password for { $product } was changed
changed-opening = The password of your account at "{ $product }" was changed.
changed-mine = If it was you, there is nothing to do.
changed-other = If it was not you, tell your administrator now, and choose a new password with "Forgot your password?" on the sign-in page.

# A sign-in from a device that was not seen before.
device-subject = New sign-in to { $product }
device-opening = Somebody signed in to your account at "{ $product }" from a device that we had not seen before.
device-mine = If it was you, there is nothing to do.
device-other = If it was not you, change your password now, end the session under "Your sessions", and tell your administrator.

# A test.
test-subject = Test email from { $product }
test-opening = This is a test: "{ $product }" can send email to you.
test-closing = There is nothing to do.
