# The frame
skip-to-content = Skip to content
menu = Menu
menu-account = Your account: { $name }
sign-out = Sign out
error-prefix = Error:
back-to-login = Back to sign-in
back-to-dashboard = Back to the start
save = Save
search = Search
pages = Pages
previous = Previous
next = Next
email = Email address
password = Password
current-password = Current password
new-password = New password
name = Name
language = Language
roles = Roles
status = Status
reveal = Show password
conceal = Hide password
super-administrator = Super-administrator
status-invited = Invited
status-active = Active
status-suspended = Suspended

# What is wrong with a field
email-empty = Enter an email address.
email-too-long = Use an email address of at most 254 characters.
email-malformed = Enter one email address, like name@example.com.
name-empty = Enter a name.
name-too-long = Use a name of at most 100 characters.
name-control = Use a name without line breaks or control characters.

# Sign-in
login-title = Sign in
login-submit = Sign in
login-forgot = Forgot your password?
login-check-address = Check that the address bar shows { $origin } before you type your password.
login-refused = Email address or password is incorrect.
login-limited = Too many attempts. Try again in { $pause }.
login-done-password = Your password is set. Sign in with it.
login-done-setup = You are the super-administrator. Sign in to begin.

# Forgotten password
forgot-title = Forgot your password?
forgot-intro = Enter your email address. We'll send you a link to choose a new password.
forgot-submit = Send the link
forgot-sent = If an operator account exists for that address, we've sent a link. It works for { $pause }. Look in your spam folder too.
forgot-limited = You've asked for several links. Try again in { $pause }.
reset-title = Choose a new password
reset-title-intro = Afterwards you sign in with it. You will be signed out everywhere else.
reset-title-submit = Save password

# Links
dead-link-title = This link does not work
dead-link-set-up = The set-up link was used, has expired, or was replaced. If set-up is not done yet, start the server again: it prints a new link.
dead-link-invitation = This invitation was used, replaced, or copied incompletely. If you have a password, sign in. Otherwise ask whoever invited you for a new one.
expired-invitation = This invitation has expired. Ask whoever invited you for a new one.
dead-link-reset = This link was used, has expired, or a newer one replaced it. Ask for a new one under “Forgot your password?”.

# Invitation
invitation-title = Create your password
invitation-title-intro = Welcome. Choose a password that only you know; then sign in with it.
invitation-title-submit = Create password

# Set-up
set-up-title = Set up the back office
set-up-intro = You become the super-administrator: you decide who else comes in, and what each may use.
set-up-submit = Create account

# Passwords
password-refused = Choose another password:
password-due-title = Choose a new password
password-due-title-intro = Your password must be replaced before you go on.
password-due-title-submit = Save password
password-change-title = Change password
password-change-intro = You will stay signed in here and be signed out everywhere else.
password-change-submit = Change password
password-change-wrong-current = The current password is incorrect.
password-change-unchanged = Choose a password that differs from the present one.
strength = Strength of the password
strength-levels = Very weak|Weak|Fair|Good|Strong
rule-met = met
rule-unmet = not met yet
rules-all-met = All rules are met.
rules-some-unmet = Rules not met yet:
rule-min-length = At least { $n } characters
rule-max-length = At most { $n } characters
rule-strength = Hard to guess: several unrelated words are better than a few symbols
rule-common = Not a password that everybody tries
rule-own-words = Not made of your name, your address or the product's name
rule-lowercase = A lower-case letter
rule-uppercase = An upper-case letter
rule-digit = A digit
rule-symbol = A symbol
rule-history = Not one that you used before

# Dashboard
dashboard-title = Dashboard
dashboard-empty = You have no functionality yet. Ask your super-administrator for a role.

# Account
account-title = Profile
account-done-password = Your password was changed.
account-done-profile = Your profile was saved.
account-locale-unknown = Choose one of the languages.

# Operators
operators-title = Operators
operators-tile = Who comes in, and what each may use.
operators-search = Name or email address
operators-empty = Nobody matches. Invite a colleague below.
operators-invited = The invitation is on its way.
operators-address-taken = An account with that address exists already.
operators-unknown-role = Choose from the roles listed.
invite-heading = Invite a colleague
invite-intro = They get a mail with the address of the back office and create their own password.
invite-submit = Send invitation

# Refusals
refusal-forbidden = You can't do that
refusal-forbidden-advice = The page was open for too long, or you lack the permission. Go back, reload the page and try again; or ask your super-administrator.
refusal-not-found = There is nothing here
refusal-not-found-advice = The page does not exist, or is gone.
refusal-too-large = That was too much
refusal-too-large-advice = Send less than 64 KiB at once.
refusal-limited = Too many requests
refusal-limited-advice = Try again in { $pause }.
refusal-unavailable = Not available right now
refusal-unavailable-advice = Nothing was changed. Try again in a few seconds.

# Advice on a weak password
advice-straight-rows = Straight rows of keys are easy to guess.
advice-keyboard-pattern = Short keyboard patterns are easy to guess.
advice-repeated-characters = Repeats like “aaa” are easy to guess.
advice-repeated-pattern = Repeats like “abcabc” are hardly harder to guess than “abc”.
advice-top-10 = This is one of the ten most used passwords.
advice-top-100 = This is one of the hundred most used passwords.
advice-common-password = This is a very common password.
advice-like-common-password = This is much like a common password.
advice-sequence = Sequences like “abc” or “6543” are easy to guess.
advice-recent-year = Recent years are easy to guess.
advice-single-word = A word by itself is easy to guess.
advice-date = Dates are often easy to guess.
advice-name-alone = Names by themselves are easy to guess.
advice-common-name = Common names are easy to guess.
advice-use-a-few-words = Use a few words; avoid common phrases.
advice-no-need-for-symbols = There is no need for symbols, digits or capitals.
advice-add-another-word = Add another word or two. Uncommon words are better.
advice-capitals-help-little = Capitals don't help very much.
advice-all-capitals-help-little = All capitals are almost as easy to guess as none.
advice-reversed-words-help-little = Reversed words aren't much harder to guess.
advice-substitutions-help-little = Substitutions like “@” for “a” don't help very much.
advice-longer-keyboard-pattern = Use a longer keyboard pattern with more turns.
advice-avoid-repeats = Avoid repeated words and characters.
advice-avoid-sequences = Avoid sequences.
advice-avoid-recent-years = Avoid recent years.
advice-avoid-own-years = Avoid years that have to do with you.
advice-avoid-own-dates = Avoid dates and years that have to do with you.

# The second step
code = 6-digit code
second-step-title = Enter your code
second-step-intro = Enter the 6-digit code from your authenticator app.
second-step-submit = Go on
second-step-no-device = I don't have my device
second-step-cancel = Sign in as somebody else
second-step-refused = The code is incorrect or was used already. Wait for the next one and try again.
second-step-unreadable = Your codes cannot be checked at the moment. Ask an administrator to remove two-factor authentication from your account.
login-done-challenge-over = Too many wrong codes. Begin again with your password.
recovery-code = Recovery code
recovery-code-title = Enter a recovery code
recovery-code-intro = Each of your recovery codes works once, in place of the code from your app.
recovery-code-refused = The recovery code is incorrect or was used already.
recovery-code-back = Use the code from the app

# Two-factor authentication
two-factor-title = Two-factor authentication
two-factor-intro = With it, signing in asks for a code from your phone as well as your password.
two-factor-due = Before you go on, add two-factor authentication: signing in then asks for a code from your phone as well as your password.
two-factor-scan = Scan the QR code with your authenticator app.
two-factor-qr = QR code for your authenticator app. The key below holds the same.
two-factor-key = Or type this key:
two-factor-open-app = Open in an authenticator app on this device
two-factor-on = Two-factor authentication is on, since
two-factor-wrong-code = The code is incorrect. Check that your phone's clock is set automatically, and enter the code that it shows now.
two-factor-stale = The QR code was too old. Scan this new one.
two-factor-remove-heading = Turn it off
two-factor-remove-intro = Signing in then asks for your password alone. Your other sessions end.
add = Add
remove = Remove
copied = Copied
copy-key = Copy the key
recovery-codes-title = Recovery codes
recovery-codes-left = { $left ->
    [0] You have no recovery codes left.
    [one] You have one recovery code left.
   *[other] You have { $left } recovery codes left.
}
recovery-codes-intro = They sign you in when your device is lost. New ones void the old ones.
recovery-codes-new = Make new recovery codes
recovery-codes-shown = Keep these codes in a safe place. They are shown only now; each works once.
recovery-codes-done = I have kept them
copy-codes = Copy the codes
download-codes = Download

# Sessions
sessions-title = Your sessions
sessions-intro = Where you are signed in. End what you don't recognise, and change your password.
device = Device
device-on = { $browser } on { $system }
device-unknown = Unknown device
address = Address
since = Signed in
last-seen = Last seen
this-session = This one
end-session = End
end-session-on = End the session on { $device }
end-other-sessions = End all other sessions

# Step-up
confirm-title = Is it you?
confirm-intro = What you are about to do is important, and your last proof was a while ago. What you typed is kept.
confirm-submit = Confirm
confirm-wrong-password = The password is incorrect.
confirm-with-password = Use my password instead

# Before a session ends
idle-warning = You will soon be signed out, because nothing happened here for a while.
idle-stay = Stay signed in
