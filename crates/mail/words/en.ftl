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

# The second factor.
two-factor-added-subject = Two-factor authentication is on at { $product }
two-factor-added-opening = Two-factor authentication was added to your account at "{ $product }". From now on signing in asks for a code too.
two-factor-other = If it was not you, tell your administrator now, and choose a new password with "Forgot your password?" on the sign-in page.
two-factor-removed-subject = Two-factor authentication is off at { $product }
two-factor-removed-opening = You removed two-factor authentication from your account at "{ $product }".
two-factor-removed-by = { $by } removed two-factor authentication from your account at "{ $product }".
two-factor-removed-closing = From now on the password alone signs in. You can add it again from the avatar menu. If you did not expect this, tell your administrator now.
two-factor-removed-for-subject = You removed two-factor authentication of { $whose }
two-factor-removed-for-opening = You removed two-factor authentication from the account of { $whose } at "{ $product }".
recovery-code-subject = A recovery code was used at { $product }
recovery-code-opening = Somebody signed in to your account at "{ $product }" with a recovery code. { $left ->
    [0] None is left.
    [one] One is left.
   *[other] { $left } are left.
}
recovery-code-closing = If it was you: make new recovery codes before the last one is used.

recovery-codes-subject = New recovery codes at { $product }
recovery-codes-opening = New recovery codes were made for your account at "{ $product }". The earlier ones no longer work.
wrong-codes-subject = Somebody knows your password for { $product }
wrong-codes-opening = Somebody entered your right password at "{ $product }", and then wrong codes. They did not get in.
wrong-codes-mine = If it was you, check that the clock of your phone is set automatically, and try again later.
wrong-codes-other = If it was not you, your password is known to somebody else: choose a new one now.

# The back office moved.
alias-subject = New address of { $product }
alias-opening = { $by } changed the address of the back office "{ $product }".
alias-old-is-dead = The old one does not work any more.
alias-old-leads-on = The old one leads whoever is signed in to the new one until { $end }. After that it does not work any more.
alias-link = From now on it is here:
alias-button = Open the back office
alias-closing = Keep this address to yourself, and change your bookmark.

# What somebody may do.
roles-subject = Your roles at { $product } were changed
roles-opening = { $by } changed your roles in the back office "{ $product }".
roles-now = { $count ->
    [one] Your role now:
   *[other] Your roles now:
}
roles-none = none
suspended-subject = Your account at { $product } was suspended
suspended-opening = Your account in the back office "{ $product }" was suspended. You cannot sign in until it is reinstated.
suspended-closing = If you have questions, ask your administrator.
