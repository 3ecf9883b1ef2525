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
refusal-out-of-date = This page is out of date
refusal-out-of-date-advice = You signed in or out since it was opened, so nothing was changed. Go back, reload the page and try again.
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
copy-link = Copy the link
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
print-codes = Print
download-codes = Download

# Sessions
sessions-title = Your sessions
sessions-intro = Where you are signed in. End what you don't recognise, and change your password.
device = Device
address = Address
since = Signed in
last-seen = Last seen
this-session = This one
end-session = End
end-session-on = End the session on { $device }
end-other-sessions = End all other sessions

# Step-up
confirm-title = Is it you?
confirm-intro = What you are about to do is important, and your last proof was a while ago.
confirm-kept = What you typed is kept.
confirm-not-kept = What you typed is too long to be kept. Go back and copy it first: after this you type it again.
confirm-submit = Confirm
confirm-wrong-password = The password is incorrect.
confirm-factor-asked = The password alone is not enough: enter the code from your app, or a recovery code.

# Before a session ends
idle-warning = You will soon be signed out, because nothing happened here for a while.
idle-stay = Stay signed in

# Parameters
parameters-title = Parameters
parameters-tile = Password rules, limits, sessions and the secret address.
parameters-intro = What is changed here counts at once, on every page and without a restart.
parameters-password = Passwords
parameters-limits = Limits
parameters-links = Links in mail
parameters-sessions = Sessions
parameters-two-factor = Two-factor authentication
parameters-address = Address of the back office
parameters-save = Save “{ $group }”
parameters-back = Back to all parameters
parameters-done-saved = The parameters are saved and in force.
parameters-done-asked = { $count ->
    [one] The parameters are saved. One operator is asked for a new password at the next sign-in.
   *[other] The parameters are saved. { $count } operators are asked for a new password at their next sign-in.
}
parameters-done-alias = The back office moved. You are at the new address already; every active operator gets it by mail. Copy it below and change your bookmark.
parameter-title = Parameter
parameter-value = Value
parameter-change = Change
parameter-default-value = Default
parameter-default = Default: { $value }
parameter-changed-by = Changed by { $by },
parameter-never-changed = Never changed
parameter-before-the-first = Before the first change
parameter-earlier = Earlier values
parameter-earlier-of = Earlier values of “{ $name }”
actor-command-line = the command line
restore = Restore
restore-value = Restore “{ $value }”
parameter-out-of-bounds = Use a whole number from { $min } to { $max }.
parameter-not-a-choice = Choose one of the options.
parameter-not-a-rate = Use 1 to 100 within 1 to 1440 minutes.
parameter-preset-says = The chosen preset says { $value }. Choose “Custom” to set it yourself.
parameter-own-second-factor = Add two-factor authentication to your own account first.
parameter-changed-meanwhile = Somebody else changed it to { $value } in the meantime. Look at it again, then save.
rate-count = At once
rate-minutes = Minutes until all of them are back
choice-true = Yes
choice-false = No
choice-nist = NIST SP 800-63B: long and hard to guess
choice-pci-dss = PCI DSS 4.0: letters and digits, renewed every 90 days
choice-classic = Classic: eight characters of four kinds
choice-custom = Custom: each rule as set below
choice-nobody = Nobody
choice-super-administrators = Super-administrators
choice-everybody = Everybody
policy-asks = What a new password has to be
policy-would-ask = What a new password would have to be
policy-preset-asks = What “{ $preset }” asks
policy-history = { $count ->
    [one] Not the last one that you used before
   *[other] None of the last { $count } that you used before
}
policy-age = A new one every { $days ->
    [one] day
   *[other] { $days } days
}
policy-no-age = Never renewed without a reason
policy-weaker = { $count ->
    [0] Every operator's password was set under rules at least as strict.
    [one] One operator has a password that was set under weaker rules.
   *[other] { $count } operators have a password that was set under weaker rules.
}
policy-ask-weaker = Ask them for a new password at their next sign-in
policy-check = Check before saving
alias-intro = The back office answers under this secret path and nowhere else. When you change it, the old address stops working (or leads signed-in operators on for the minutes set below), and every active operator gets the new one by mail.
alias-submit = Move to this path
alias-generate = Move to a generated path
alias-length = Use 12 to 64 characters.
alias-characters = Use only a-z, 0-9 and hyphens; begin and end with a letter or digit.
alias-guessable = That can be guessed. Choose something that no stranger would try, or have one generated.
alias-present = That is the present one. Choose another, or have one generated.
copy-address = Copy the address
parameter-second-admin-alias = New secret path
parameter-second-admin-alias-meaning = 12 to 64 of a-z, 0-9 and hyphens, not a word that a stranger would try.
parameter-password-preset = Rules
parameter-password-preset-meaning = A preset fills the fields below. Choose “Custom” to set them one by one.
parameter-password-min-length = Least length
parameter-password-min-length-meaning = How many characters a password has at least.
parameter-password-max-length = Greatest length
parameter-password-max-length-meaning = How many characters a password has at most.
parameter-password-min-strength = Least strength
parameter-password-min-strength-meaning = How hard to guess, from 0 (anything) to 4 (very hard). Passwords that everybody tries are refused at 0, too.
parameter-password-require-lowercase = Ask for a lower-case letter
parameter-password-require-lowercase-meaning = Long passwords do not need it.
parameter-password-require-uppercase = Ask for an upper-case letter
parameter-password-require-uppercase-meaning = Long passwords do not need it.
parameter-password-require-digit = Ask for a digit
parameter-password-require-digit-meaning = Long passwords do not need it.
parameter-password-require-symbol = Ask for a symbol
parameter-password-require-symbol-meaning = Long passwords do not need it.
parameter-password-history = Earlier passwords refused
parameter-password-history-meaning = How many earlier passwords may not be used again.
parameter-password-max-age-days = Days until a new one is due
parameter-password-max-age-days-meaning = 0 means never, which is what NIST advises.
parameter-password-reset-per-account = Reset links for one account
parameter-password-reset-per-account-meaning = How many links may be asked for in one account's name.
parameter-password-reset-per-account-sentence = { $count ->
    [one] 1 request
   *[other] { $count } requests
} at once, then one every { $pause }, per account
parameter-password-reset-per-address = Reset links from one address
parameter-password-reset-per-address-meaning = How many links one network address may ask for.
parameter-password-reset-per-address-sentence = { $count ->
    [one] 1 request
   *[other] { $count } requests
} at once, then one every { $pause }, per network address
parameter-sign-in-per-account-and-address = Failed sign-ins to one account from one address
parameter-sign-in-per-account-and-address-meaning = How many wrong passwords for one account a network address may send.
parameter-sign-in-per-account-and-address-sentence = { $count ->
    [one] 1 failed sign-in
   *[other] { $count } failed sign-ins
} at once, then one every { $pause }, per account and network address
parameter-sign-in-per-address = Failed sign-ins from one address
parameter-sign-in-per-address-meaning = How many wrong passwords for any accounts a network address may send.
parameter-sign-in-per-address-sentence = { $count ->
    [one] 1 failed sign-in
   *[other] { $count } failed sign-ins
} at once, then one every { $pause }, per network address
parameter-second-factor-per-challenge = Wrong codes in one sign-in
parameter-second-factor-per-challenge-meaning = After as many, one begins again with the password.
parameter-second-factor-per-account = Wrong codes for one account
parameter-second-factor-per-account-meaning = How many wrong codes one account takes, over all sign-ins.
parameter-second-factor-per-account-sentence = { $count ->
    [one] 1 wrong code
   *[other] { $count } wrong codes
} at once, then one every { $pause }, per account
parameter-reset-link-minutes = Minutes that a reset link works
parameter-reset-link-minutes-meaning = Counted from when it was sent.
parameter-invitation-hours = Hours that an invitation works
parameter-invitation-hours-meaning = Afterwards somebody sends a new one.
parameter-session-idle-minutes = Minutes until an idle session ends
parameter-session-idle-minutes-meaning = Counted from the last page that was opened.
parameter-session-absolute-hours = Hours until any session ends
parameter-session-absolute-hours-meaning = Counted from the sign-in, however busy one is.
parameter-step-up-minutes = Minutes that a proof counts
parameter-step-up-minutes-meaning = What is dangerous asks again for password or code when the last proof is older.
parameter-two-factor-required = Who needs two-factor authentication
parameter-two-factor-required-meaning = They add it at their next sign-in, at the latest when the days of grace are over.
parameter-two-factor-grace-days = Days of grace
parameter-two-factor-grace-days-meaning = How long somebody may still sign in without it.
parameter-alias-grace-minutes = Minutes that the old address leads on
parameter-alias-grace-minutes-meaning = Only operators who are signed in are led to the new address; 0 means that the old one is gone at once.

# The audit trail
audit-title = Audit trail
audit-tile = Who did what, and when.
audit-intro = Every decision, newest first. Nothing here can be changed; sealed events show it when somebody tries.
audit-filter = Filter
audit-actor = Who
audit-actor-hint = An operator's email address or name, also of one who is deleted; or stranger, command-line, system.
audit-action = What
audit-any-action = Anything
audit-target = About whom or what
audit-target-hint = An email address, the name of an operator or a role, or the key of a parameter.
audit-namesakes = Several are called that: choose one.
audit-choose-one = Who or what do you mean?
audit-deleted = deleted
audit-since = From
audit-until = Before
audit-time-hint = A date, like 2026-11-24, or date and time in UTC, like 2026-11-24T10:00.
audit-bad-time = Enter a date like 2026-11-24, or date and time like 2026-11-24T10:00.
audit-bad-action = Choose from the list.
audit-apply = Show
audit-everything = Show everything
audit-nothing-found = Nothing matches. Take part of the filter away.
audit-empty = Nothing has happened yet. What operators do, and who tries to get in, will be listed here.
audit-when = When
audit-from = From where
audit-details = Details
audit-newest = Newest
audit-newer = Newer
audit-older = Older
audit-export = Export
audit-export-intro = The events that match the filter, oldest first. That you exported them is noted in the trail.
audit-export-csv = For a spreadsheet (CSV)
audit-export-jsonl = For programs (JSON lines)
audit-stranger = Somebody not signed in
audit-command-line = The command line
audit-system = The product itself
action-set-up-completed = Set up the back office
action-sign-in-succeeded = Signed in
action-sign-in-refused = Sign-in refused
action-sign-in-limited = Sign-in met a limit
action-session-signed-out = Signed out
action-password-reset-requested = Asked for a password reset
action-password-reset-limited = Password resets met a limit
action-password-reset-issued = Reset link made
action-password-reset-completed = Reset the password
action-password-changed = Changed the password
action-password-rehashed = Password hash renewed
action-operator-invited = Invited
action-invitation-opened = Opened the invitation
action-invitation-accepted = Accepted the invitation
action-link-refused = Link refused
action-profile-changed = Changed the profile
action-operator-suspended = Suspended
action-operator-reinstated = Reinstated
action-operator-unlocked = Gave limits back
action-operator-deleted = Deleted
action-parameter-changed = Changed a parameter
action-alias-changed = Moved the back office to another address
action-second-step-succeeded = Passed the second step
action-second-step-refused = Second step refused
action-second-step-limited = Second step met a limit
action-recovery-code-used = Used a recovery code
action-recovery-codes-replaced = Made new recovery codes
action-two-factor-added = Added two-factor authentication
action-two-factor-removed = Removed two-factor authentication
action-two-factor-unreadable = Two-factor secret could not be read
action-step-up-succeeded = Confirmed who they are
action-step-up-refused = Confirmation refused
action-session-ended = Ended a session
action-session-all-ended = Ended sessions
action-invitation-resent = Sent the invitation again
action-invitation-revoked = Revoked the invitation
action-operator-roles-changed = Changed roles
action-role-created = Made a role
action-role-changed = Changed a role
action-role-deleted = Deleted a role
action-password-renewal-required = Asked for new passwords
action-mail-retried = Tried a mail again
action-mail-tested = Sent a test mail
action-account-imported = Imported accounts
action-audit-exported = Exported the audit trail
action-audit-signed-anew = Signed the audit trail with another key
action-access-denied = Access denied

# Mail
mail-title = Mail
mail-tile = What waits, what failed and why.
mail-intro = Mail is kept here until the mail server took it, and tried again by itself for about a day.
mail-states = Which mails
mail-all = All
mail-waiting = Waiting
mail-waiting-count = Waiting ({ $count })
mail-failed = Failed
mail-failed-count = Failed ({ $count })
mail-sent = Sent
mail-empty = There is no such mail. Invitations, reset links and notices will be listed here.
mail-to = To
mail-kind = Mail
mail-written = Written
mail-attempts = tries: { $count }
mail-next = Next try:
mail-retry = Try again
mail-retry-to = Try the mail to { $address } again
mail-test = Test
mail-test-intro = Sends a mail to your own address. When it arrives, invitations and reset links do too.
mail-test-submit = Send a test mail
mail-done-retried = The mail is being tried again.
mail-done-tested = A test mail to { $address } is on its way. Look whether it arrives, or what is listed below.
mail-kind-invitation = Invitation
mail-kind-password-reset = Password reset
mail-kind-password-changed = Password changed
mail-kind-new-device = New device
mail-kind-two-factor-added = Two-factor authentication added
mail-kind-two-factor-removed = Two-factor authentication removed
mail-kind-two-factor-removed-for = Two-factor authentication removed for somebody
mail-kind-recovery-code-used = Recovery code used
mail-kind-recovery-codes-replaced = Recovery codes replaced
mail-kind-wrong-codes = Wrong codes
mail-kind-alias-changed = New address
mail-kind-roles-changed = Roles changed
mail-kind-suspended = Suspended
mail-kind-test = Test

# Roles, and what they grant
roles-title = Roles and permissions
roles-tile = What each role grants, and who holds it.
roles-intro = A role bundles permissions under a name. Whoever has several roles holds all that any of them grants.
roles-everything = Holds every permission, also those that are added later.
roles-back = All roles
role = Role
description = Description
permission = Permission
permissions = Permissions
permissions-hint = To manage includes to view. You can grant only what you hold yourself.
functionality = Functionality
functionality-operators = Operators
functionality-operators-what = Invite, suspend and delete operators, and give them roles.
functionality-roles = Roles and permissions
functionality-roles-what = Make, change and delete roles.
functionality-parameters = Parameters
functionality-parameters-what = Password rules, limits, the address of the back office.
functionality-audit = Audit trail
functionality-audit-what = What happened, and who did it.
functionality-mail = Mail
functionality-mail-what = What waits and what failed.
functionality-is-gone = Gone
functionality-gone = It is not there any more, so this permits nothing. Should it come back, whoever holds the role may use it again: take the permission away if they should not.
level-view = View
level-manage = Manage
role-held-by = Held by
role-holders = { $count ->
    [0] Held by nobody.
    [one] Held by { $count } operator.
   *[other] Held by { $count } operators.
}
role-new-heading = Make a role
role-new-submit = Make role
role-done-made = The role is there. Give it to an operator, or invite somebody with it.
role-done-saved = The role is saved. It counts from the next request of whoever holds it.
role-done-copied = This is the copy. Change its name and what it grants.
role-done-deleted = The role is deleted.
role-name-bad = Use a name of 1 to 60 characters on one line.
role-name-taken = Another role has that name. Choose another one.
role-description-bad = Use a description of at most 300 characters.
role-permission-unknown = Choose from the permissions listed.
role-built-in = This role is built in and stays as it is.
role-beyond = This role grants more than you hold, so you cannot change it.
role-changed-meanwhile = Somebody else changed this role in the meantime. What you typed is still here: compare, and save again.
role-stands-now = This is how it stands now:
role-held = { $count ->
    [one] { $count } operator holds this role: { $names }. Take it from them first.
   *[other] { $count } operators hold this role: { $names }. Take it from them first.
}
role-copy-of = { $number ->
    [1] Copy of { $name }
   *[other] Copy { $number } of { $name }
}
role-duplicate = Duplicate this role
role-delete-heading = Delete
role-delete-intro = A role that somebody holds cannot be deleted. This cannot be undone.
role-delete = Delete the role "{ $name }"

# One operator
all = All
on = On
off = Off
operators-deleted = The operator is deleted. The audit trail keeps the name.
operators-coverage = { $covered } of { $active } active operators use two-factor authentication.
operators-counted = { $count ->
    [one] 1 operator
   *[other] { $count } operators
}
operators-more-than = More than { $count } operators
operators-type-more = More than { $count } match. Type more of the name or address.
operators-back = All operators
two-factor-is-off = Off
operator-yourself = This is you. Your own password, sessions and two-factor authentication are in your account menu.
operator-holds-more = This operator holds more than you, so you cannot change anything here.
operator-why = What { $name } may do, and why
operator-may-nothing = Nothing yet. Roles grant permissions.
operator-given-by = Given by
operator-roles-of = Roles of { $name }
operator-save-roles = Save roles
operator-roles-changed-meanwhile = Somebody else changed these roles in the meantime. What you chose is still here: compare, and save again.
operator-roles-now = Held now: { $roles }
operator-roles-none = none
operator-sessions = Sessions
operator-no-sessions = Not signed in anywhere.
operator-danger = Take away
operator-end-sessions-intro = Everywhere, at once. Signing in again is possible.
operator-end-sessions = End all sessions of { $name }
operator-remove-two-factor-intro = For somebody who lost the device. Signing in then asks for the password alone; both of you get a mail.
operator-remove-two-factor = Remove two-factor authentication of { $name }
operator-suspend-intro = Sessions end and links die. Nobody gets in until they are reinstated.
operator-suspend = Suspend { $name }
operator-delete-intro = The account goes for good; the audit trail keeps the name.
operator-delete = Delete { $name }
operator-reinstate = Reinstate { $name }
operator-send-reset = Send { $name } a password reset link
operator-resend = Send { $name } the invitation again
operator-link = Show a link to hand to { $name }
operator-revoke = Revoke the invitation of { $name }
operator-done-roles = The roles are saved. They count from the next request.
operator-done-suspended = Suspended. All sessions ended.
operator-done-reinstated = Reinstated.
operator-done-resent = The invitation is on its way again. Earlier links are dead.
operator-done-revoked = The invitation is revoked. Its links are dead.
operator-done-reset = A link to a new password is on its way.
operator-done-two-factor = Two-factor authentication is removed. All sessions ended.
operator-done-sessions = All sessions ended.
operator-not-yourself = You cannot do that to yourself.
operator-last = This is the last active super-administrator. Make another one first.
operator-not-now = That does not fit any more: somebody else changed this account in the meantime. This is how it stands now.
invitation-state = Invitation
invitation-state-waiting = The mail waits to leave.
invitation-state-sent = Sent. It expires { $when }.
invitation-state-failed = The mail could not be sent. The link expires { $when }.
invitation-state-handed-over = Handed over as a link. It expires { $when }.
invitation-state-opened = Opened { $opened }, but no password is chosen yet. It expires { $when }.
invitation-state-expired = It expired { $when }. Send it again.
invitation-state-expired-long-ago = It has expired. Send it again, or delete the account.
invitation-state-revoked = Its links are dead. Send it again, or delete the account.
invitation-short-waiting = Mail waits
invitation-short-sent = Mail sent
invitation-short-failed = Mail failed
invitation-short-handed-over = Link handed over
invitation-short-opened = Opened
invitation-short-expired = Expired
invitation-short-revoked = Links dead
invitation-last-error = The last attempt failed: { $why }
invitation-link = The invitation link
invitation-link-hint = It is shown only now, and earlier links are dead. Hand it to nobody else: whoever opens it first chooses the password.
