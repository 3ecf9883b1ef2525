# Le cadre
skip-to-content = Aller au contenu
menu = Menu
menu-account = Votre compte : { $name }
sign-out = Se déconnecter
error-prefix = Erreur :
back-to-login = Retour à la connexion
back-to-dashboard = Retour à l'accueil
save = Enregistrer
search = Rechercher
pages = Pages
previous = Précédent
next = Suivant
email = Adresse e-mail
password = Mot de passe
current-password = Mot de passe actuel
new-password = Nouveau mot de passe
name = Nom
language = Langue
roles = Rôles
status = État
reveal = Afficher le mot de passe
conceal = Masquer le mot de passe
super-administrator = Super-administrateur
status-invited = Invité
status-active = Actif
status-suspended = Suspendu

# Ce qui ne va pas dans un champ
email-empty = Saisissez une adresse e-mail.
email-too-long = Saisissez une adresse e-mail d'au plus 254 caractères.
email-malformed = Saisissez une seule adresse e-mail, comme nom@example.com.
name-empty = Saisissez un nom.
name-too-long = Saisissez un nom d'au plus 100 caractères.
name-control = Saisissez un nom sans retour à la ligne ni caractère de contrôle.

# Connexion
login-title = Connexion
login-submit = Se connecter
login-forgot = Mot de passe oublié ?
login-check-address = Vérifiez que la barre d'adresse affiche { $origin } avant de saisir votre mot de passe.
login-refused = L'adresse e-mail ou le mot de passe est incorrect.
login-limited = Trop de tentatives. Réessayez dans { $pause }.
login-done-password = Votre mot de passe est enregistré. Connectez-vous.
login-done-setup = Vous êtes le super-administrateur. Connectez-vous pour commencer.

# Mot de passe oublié
forgot-title = Mot de passe oublié ?
forgot-intro = Saisissez votre adresse e-mail. Nous vous enverrons un lien pour choisir un nouveau mot de passe.
forgot-submit = Envoyer le lien
forgot-sent = Si un compte d'opérateur existe pour cette adresse, nous avons envoyé un lien. Il est valable { $pause }. Regardez aussi parmi vos e-mails indésirables.
forgot-limited = Vous avez demandé plusieurs liens. Réessayez dans { $pause }.
reset-title = Choisir un nouveau mot de passe
reset-title-intro = Vous vous connecterez ensuite avec lui. Vous serez déconnecté partout ailleurs.
reset-title-submit = Enregistrer le mot de passe

# Liens
dead-link-title = Ce lien ne fonctionne pas
dead-link-set-up = Le lien d'installation a été utilisé, a expiré ou a été remplacé. Si l'installation n'est pas terminée, redémarrez le serveur : il affiche un nouveau lien.
dead-link-invitation = Cette invitation a été utilisée, remplacée ou mal copiée. Si vous avez un mot de passe, connectez-vous. Sinon, demandez-en une nouvelle à la personne qui vous a invité.
expired-invitation = Cette invitation a expiré. Demandez-en une nouvelle à la personne qui vous a invité.
dead-link-reset = Ce lien a été utilisé, a expiré ou a été remplacé par un plus récent. Demandez-en un nouveau sous « Mot de passe oublié ? ».

# Invitation
invitation-title = Créez votre mot de passe
invitation-title-intro = Bienvenue. Choisissez un mot de passe que vous seul connaissez, puis connectez-vous.
invitation-title-submit = Créer le mot de passe

# Installation
set-up-title = Installer le back-office
set-up-intro = Vous devenez le super-administrateur : vous décidez qui d'autre entre, et ce que chacun peut utiliser.
set-up-submit = Créer le compte

# Mots de passe
password-refused = Choisissez un autre mot de passe :
password-due-title = Choisir un nouveau mot de passe
password-due-title-intro = Votre mot de passe doit être remplacé avant de continuer.
password-due-title-submit = Enregistrer le mot de passe
password-change-title = Changer le mot de passe
password-change-intro = Vous resterez connecté ici et serez déconnecté partout ailleurs.
password-change-submit = Changer le mot de passe
password-change-wrong-current = Le mot de passe actuel est incorrect.
password-change-unchanged = Choisissez un mot de passe différent de l'actuel.
strength = Robustesse du mot de passe
strength-levels = Très faible|Faible|Moyen|Bon|Fort
rule-met = remplie
rule-unmet = pas encore remplie
rules-all-met = Toutes les règles sont remplies.
rules-some-unmet = Règles pas encore remplies :
rule-min-length = Au moins { $n } caractères
rule-max-length = Au plus { $n } caractères
rule-strength = Difficile à deviner : plusieurs mots sans rapport valent mieux que quelques symboles
rule-common = Pas un mot de passe que tout le monde essaie
rule-own-words = Pas composé de votre nom, de votre adresse ou du nom du produit
rule-lowercase = Une lettre minuscule
rule-uppercase = Une lettre majuscule
rule-digit = Un chiffre
rule-symbol = Un symbole
rule-history = Pas un que vous avez déjà utilisé

# Tableau de bord
dashboard-title = Tableau de bord
dashboard-empty = Vous n'avez encore aucune fonctionnalité. Demandez un rôle à votre super-administrateur.

# Compte
account-title = Profil
account-done-password = Votre mot de passe a été changé.
account-done-profile = Votre profil a été enregistré.
account-locale-unknown = Choisissez une des langues.

# Opérateurs
operators-title = Opérateurs
operators-tile = Qui entre, et ce que chacun peut utiliser.
operators-search = Nom ou adresse e-mail
operators-empty = Personne ne correspond. Invitez un collègue ci-dessous.
operators-invited = L'invitation est en route.
operators-address-taken = Un compte avec cette adresse existe déjà.
operators-unknown-role = Choisissez parmi les rôles proposés.
invite-heading = Inviter un collègue
invite-intro = Il reçoit un e-mail avec l'adresse du back-office et crée son propre mot de passe.
invite-submit = Envoyer l'invitation

# Refus
refusal-forbidden = Vous ne pouvez pas faire cela
refusal-forbidden-advice = La page est restée ouverte trop longtemps, ou il vous manque l'autorisation. Revenez en arrière, rechargez la page et réessayez, ou demandez à votre super-administrateur.
refusal-out-of-date = Cette page n'est plus à jour
refusal-out-of-date-advice = Vous vous êtes connecté ou déconnecté depuis son ouverture : rien n'a été modifié. Revenez en arrière, rechargez la page et réessayez.
refusal-not-found = Il n'y a rien ici
refusal-not-found-advice = La page n'existe pas, ou n'existe plus.
refusal-too-large = C'était trop
refusal-too-large-advice = Envoyez moins de 64 Kio à la fois.
refusal-limited = Trop de demandes
refusal-limited-advice = Réessayez dans { $pause }.
refusal-unavailable = Indisponible pour le moment
refusal-unavailable-advice = Rien n'a été modifié. Réessayez dans quelques secondes.

# Conseils pour un mot de passe faible
advice-straight-rows = Les rangées de touches sont faciles à deviner.
advice-keyboard-pattern = Les motifs de clavier courts sont faciles à deviner.
advice-repeated-characters = Les répétitions comme « aaa » sont faciles à deviner.
advice-repeated-pattern = Les répétitions comme « abcabc » sont à peine plus difficiles à deviner que « abc ».
advice-top-10 = C'est l'un des dix mots de passe les plus utilisés.
advice-top-100 = C'est l'un des cent mots de passe les plus utilisés.
advice-common-password = C'est un mot de passe très courant.
advice-like-common-password = Cela ressemble beaucoup à un mot de passe courant.
advice-sequence = Les suites comme « abc » ou « 6543 » sont faciles à deviner.
advice-recent-year = Les années récentes sont faciles à deviner.
advice-single-word = Un mot seul est facile à deviner.
advice-date = Les dates sont souvent faciles à deviner.
advice-name-alone = Les noms seuls sont faciles à deviner.
advice-common-name = Les noms courants sont faciles à deviner.
advice-use-a-few-words = Utilisez quelques mots ; évitez les expressions courantes.
advice-no-need-for-symbols = Symboles, chiffres et majuscules ne sont pas nécessaires.
advice-add-another-word = Ajoutez un mot ou deux. Les mots rares valent mieux.
advice-capitals-help-little = Les majuscules n'aident guère.
advice-all-capitals-help-little = Tout en majuscules est presque aussi facile à deviner.
advice-reversed-words-help-little = Les mots inversés ne sont guère plus difficiles à deviner.
advice-substitutions-help-little = Les substitutions comme « @ » pour « a » n'aident guère.
advice-longer-keyboard-pattern = Utilisez un motif de clavier plus long, avec plus de détours.
advice-avoid-repeats = Évitez les mots et caractères répétés.
advice-avoid-sequences = Évitez les suites.
advice-avoid-recent-years = Évitez les années récentes.
advice-avoid-own-years = Évitez les années qui vous concernent.
advice-avoid-own-dates = Évitez les dates et années qui vous concernent.

# La deuxième étape
code = Code à 6 chiffres
second-step-title = Saisissez votre code
second-step-intro = Saisissez le code à 6 chiffres de votre application d'authentification.
second-step-submit = Continuer
second-step-no-device = Je n'ai pas mon appareil
second-step-cancel = Me connecter avec un autre compte
second-step-refused = Le code est incorrect ou a déjà été utilisé. Attendez le suivant et réessayez.
second-step-unreadable = Vos codes ne peuvent pas être vérifiés pour le moment. Demandez à un administrateur de retirer l'authentification à deux facteurs de votre compte.
login-done-challenge-over = Trop de codes incorrects. Recommencez avec votre mot de passe.
recovery-code = Code de secours
recovery-code-title = Saisissez un code de secours
recovery-code-intro = Chacun de vos codes de secours fonctionne une fois, à la place du code de votre application.
recovery-code-refused = Le code de secours est incorrect ou a déjà été utilisé.
recovery-code-back = Utiliser le code de l'application

# Authentification à deux facteurs
two-factor-title = Authentification à deux facteurs
two-factor-intro = Avec elle, la connexion demande un code de votre téléphone en plus de votre mot de passe.
two-factor-due = Avant de continuer, ajoutez l'authentification à deux facteurs : la connexion demandera un code de votre téléphone en plus de votre mot de passe.
two-factor-scan = Scannez le code QR avec votre application d'authentification.
two-factor-qr = Code QR pour votre application d'authentification. La clé ci-dessous contient la même chose.
two-factor-key = Ou saisissez cette clé :
two-factor-open-app = Ouvrir dans une application d'authentification sur cet appareil
two-factor-on = L'authentification à deux facteurs est activée, depuis :
two-factor-wrong-code = Le code est incorrect. Vérifiez que l'horloge de votre téléphone est réglée automatiquement et saisissez le code affiché maintenant.
two-factor-stale = Le code QR était trop ancien. Scannez celui-ci.
two-factor-remove-heading = La désactiver
two-factor-remove-intro = La connexion ne demandera plus que votre mot de passe. Vos autres sessions se terminent.
add = Ajouter
remove = Retirer
copied = Copié
copy-key = Copier la clé
copy-link = Copier le lien
recovery-codes-title = Codes de secours
recovery-codes-left = { $left ->
    [0] Il ne vous reste aucun code de secours.
    [one] Il vous reste un code de secours.
   *[other] Il vous reste { $left } codes de secours.
}
recovery-codes-intro = Ils vous connectent quand votre appareil est perdu. Les nouveaux annulent les anciens.
recovery-codes-new = Créer de nouveaux codes de secours
recovery-codes-shown = Gardez ces codes en lieu sûr. Ils ne sont affichés que maintenant ; chacun fonctionne une fois.
recovery-codes-done = Je les ai gardés
copy-codes = Copier les codes
print-codes = Imprimer
download-codes = Télécharger

# Sessions
sessions-title = Vos sessions
sessions-intro = Là où vous êtes connecté. Terminez ce que vous ne reconnaissez pas et changez votre mot de passe.
device = Appareil
address = Adresse
since = Connecté
last-seen = Vu
this-session = Celle-ci
end-session = Terminer
end-session-on = Terminer la session sur { $device }
end-other-sessions = Terminer toutes les autres sessions

# Confirmation
confirm-title = Est-ce bien vous ?
confirm-intro = Ce que vous allez faire est important, et votre dernière preuve date un peu.
confirm-kept = Ce que vous avez saisi est conservé.
confirm-not-kept = Ce que vous avez saisi est trop long pour être conservé. Revenez en arrière et copiez-le d'abord : vous devrez le saisir à nouveau.
confirm-submit = Confirmer
confirm-wrong-password = Le mot de passe est incorrect.
confirm-factor-asked = Le mot de passe seul ne suffit pas : saisissez le code de votre application, ou un code de secours.

# Avant la fin d'une session
idle-warning = Vous serez bientôt déconnecté, car rien ne s'est passé ici depuis un moment.
idle-stay = Rester connecté

# Paramètres
parameters-title = Paramètres
parameters-tile = Règles des mots de passe, limites, sessions et adresse secrète.
parameters-intro = Ce qui est modifié ici s'applique aussitôt, sur chaque page et sans redémarrage.
parameters-password = Mots de passe
parameters-limits = Limites
parameters-links = Liens dans les e-mails
parameters-sessions = Sessions
parameters-two-factor = Authentification à deux facteurs
parameters-address = Adresse du back-office
parameters-save = Enregistrer « { $group } »
parameters-back = Retour à tous les paramètres
parameters-done-saved = Les paramètres sont enregistrés et en vigueur.
parameters-done-asked = { $count ->
    [one] Les paramètres sont enregistrés. Un nouveau mot de passe est demandé à { $count } opérateur à sa prochaine connexion.
   *[other] Les paramètres sont enregistrés. Un nouveau mot de passe est demandé à { $count } opérateurs à leur prochaine connexion.
}
parameters-done-alias = Le back-office a déménagé. Vous êtes déjà à la nouvelle adresse ; chaque opérateur actif la reçoit par e-mail. Copiez-la ci-dessous et modifiez votre favori.
parameter-title = Paramètre
parameter-value = Valeur
parameter-change = Modification
parameter-default-value = Valeur par défaut
parameter-default = Par défaut : { $value }
parameter-changed-by = Modifié par { $by },
parameter-never-changed = Jamais modifié
parameter-before-the-first = Avant la première modification
parameter-earlier = Valeurs antérieures
parameter-earlier-of = Valeurs antérieures de « { $name } »
actor-command-line = la ligne de commande
restore = Rétablir
restore-value = Rétablir « { $value } »
parameter-out-of-bounds = Utilisez un nombre entier de { $min } à { $max }.
parameter-not-a-choice = Choisissez une des options.
parameter-not-a-rate = Utilisez 1 à 100 en 1 à 1440 minutes.
parameter-preset-says = Le modèle choisi dit { $value }. Choisissez « Personnalisé » pour le régler vous-même.
parameter-own-second-factor = Ajoutez d'abord l'authentification à deux facteurs à votre propre compte.
parameter-changed-meanwhile = Quelqu'un d'autre l'a mis à { $value } entre-temps. Vérifiez, puis enregistrez.
rate-count = D'un coup
rate-minutes = Minutes jusqu'à ce que tous soient rendus
choice-true = Oui
choice-false = Non
choice-nist = NIST SP 800-63B : long et difficile à deviner
choice-pci-dss = PCI DSS 4.0 : lettres et chiffres, renouvelé tous les 90 jours
choice-classic = Classique : huit caractères de quatre sortes
choice-custom = Personnalisé : chaque règle comme réglée ci-dessous
choice-nobody = Personne
choice-super-administrators = Les super-administrateurs
choice-everybody = Tout le monde
policy-asks = Ce que doit être un nouveau mot de passe
policy-would-ask = Ce que devrait être un nouveau mot de passe
policy-preset-asks = Ce que demande « { $preset } »
policy-history = { $count ->
    [one] Pas le dernier que vous avez utilisé auparavant
   *[other] Aucun des { $count } derniers que vous avez utilisés auparavant
}
policy-age = Un nouveau { $days ->
    [one] chaque jour
   *[other] tous les { $days } jours
}
policy-no-age = Jamais renouvelé sans raison
policy-weaker = { $count ->
    [0] Le mot de passe de chaque opérateur a été choisi sous des règles au moins aussi strictes.
    [one] { $count } opérateur a un mot de passe choisi sous des règles plus faibles.
   *[other] { $count } opérateurs ont un mot de passe choisi sous des règles plus faibles.
}
policy-ask-weaker = Leur demander un nouveau mot de passe à la prochaine connexion
policy-check = Vérifier avant d'enregistrer
alias-intro = Le back-office répond sous ce chemin secret et nulle part ailleurs. Quand vous le changez, l'ancienne adresse cesse de fonctionner (ou redirige les opérateurs connectés pendant les minutes réglées ci-dessous), et chaque opérateur actif reçoit la nouvelle par e-mail.
alias-submit = Passer à ce chemin
alias-generate = Passer à un chemin généré
alias-length = Utilisez 12 à 64 caractères.
alias-characters = Utilisez seulement a-z, 0-9 et des tirets ; commencez et finissez par une lettre ou un chiffre.
alias-guessable = Cela se devine. Choisissez ce qu'aucun inconnu n'essaierait, ou faites-en générer un.
alias-present = C'est le chemin actuel. Choisissez-en un autre, ou faites-en générer un.
copy-address = Copier l'adresse
parameter-second-admin-alias = Nouveau chemin secret
parameter-second-admin-alias-meaning = 12 à 64 caractères parmi a-z, 0-9 et tirets, pas un mot qu'un inconnu essaierait.
parameter-password-preset = Règles
parameter-password-preset-meaning = Un modèle remplit les champs ci-dessous. Choisissez « Personnalisé » pour les régler un par un.
parameter-password-min-length = Longueur minimale
parameter-password-min-length-meaning = Combien de caractères un mot de passe a au moins.
parameter-password-max-length = Longueur maximale
parameter-password-max-length-meaning = Combien de caractères un mot de passe a au plus.
parameter-password-min-strength = Force minimale
parameter-password-min-strength-meaning = Difficulté à deviner, de 0 (tout) à 4 (très difficile). Les mots de passe que tout le monde essaie sont refusés même à 0.
parameter-password-require-lowercase = Demander une minuscule
parameter-password-require-lowercase-meaning = Les longs mots de passe n'en ont pas besoin.
parameter-password-require-uppercase = Demander une majuscule
parameter-password-require-uppercase-meaning = Les longs mots de passe n'en ont pas besoin.
parameter-password-require-digit = Demander un chiffre
parameter-password-require-digit-meaning = Les longs mots de passe n'en ont pas besoin.
parameter-password-require-symbol = Demander un symbole
parameter-password-require-symbol-meaning = Les longs mots de passe n'en ont pas besoin.
parameter-password-history = Mots de passe antérieurs refusés
parameter-password-history-meaning = Combien de mots de passe antérieurs ne peuvent pas resservir.
parameter-password-max-age-days = Jours avant qu'un nouveau soit dû
parameter-password-max-age-days-meaning = 0 signifie jamais, ce que conseille le NIST.
parameter-password-reset-per-account = Liens de réinitialisation pour un compte
parameter-password-reset-per-account-meaning = Combien de liens peuvent être demandés au nom d'un compte.
parameter-password-reset-per-account-sentence = { $count ->
    [one] { $count } demande
   *[other] { $count } demandes
} d'un coup, puis une toutes les { $pause }, par compte
parameter-password-reset-per-address = Liens de réinitialisation depuis une adresse
parameter-password-reset-per-address-meaning = Combien de liens une adresse réseau peut demander.
parameter-password-reset-per-address-sentence = { $count ->
    [one] { $count } demande
   *[other] { $count } demandes
} d'un coup, puis une toutes les { $pause }, par adresse réseau
parameter-sign-in-per-account-and-address = Connexions manquées à un compte depuis une adresse
parameter-sign-in-per-account-and-address-meaning = Combien de mots de passe faux pour un compte une adresse réseau peut envoyer.
parameter-sign-in-per-account-and-address-sentence = { $count ->
    [one] { $count } connexion manquée
   *[other] { $count } connexions manquées
} d'un coup, puis une toutes les { $pause }, par compte et adresse réseau
parameter-sign-in-per-address = Connexions manquées depuis une adresse
parameter-sign-in-per-address-meaning = Combien de mots de passe faux pour tous les comptes une adresse réseau peut envoyer.
parameter-sign-in-per-address-sentence = { $count ->
    [one] { $count } connexion manquée
   *[other] { $count } connexions manquées
} d'un coup, puis une toutes les { $pause }, par adresse réseau
parameter-second-factor-per-challenge = Codes faux en une connexion
parameter-second-factor-per-challenge-meaning = Après autant, on recommence par le mot de passe.
parameter-second-factor-per-account = Codes faux pour un compte
parameter-second-factor-per-account-meaning = Combien de codes faux un compte supporte, toutes connexions confondues.
parameter-second-factor-per-account-sentence = { $count ->
    [one] { $count } code faux
   *[other] { $count } codes faux
} d'un coup, puis un toutes les { $pause }, par compte
parameter-reset-link-minutes = Minutes de validité d'un lien de réinitialisation
parameter-reset-link-minutes-meaning = Comptées depuis l'envoi.
parameter-invitation-hours = Heures de validité d'une invitation
parameter-invitation-hours-meaning = Ensuite, quelqu'un en envoie une nouvelle.
parameter-session-idle-minutes = Minutes avant la fin d'une session inactive
parameter-session-idle-minutes-meaning = Comptées depuis la dernière page ouverte.
parameter-session-absolute-hours = Heures avant la fin de toute session
parameter-session-absolute-hours-meaning = Comptées depuis la connexion, quelle que soit l'activité.
parameter-step-up-minutes = Minutes pendant lesquelles une preuve compte
parameter-step-up-minutes-meaning = Ce qui est dangereux redemande mot de passe ou code quand la dernière preuve est plus ancienne.
parameter-two-factor-required = Qui a besoin de l'authentification à deux facteurs
parameter-two-factor-required-meaning = Ils l'ajoutent à la prochaine connexion, au plus tard quand les jours de grâce sont passés.
parameter-two-factor-grace-days = Jours de grâce
parameter-two-factor-grace-days-meaning = Combien de temps on peut encore se connecter sans.
parameter-alias-grace-minutes = Minutes pendant lesquelles l'ancienne adresse redirige
parameter-alias-grace-minutes-meaning = Seuls les opérateurs connectés sont menés à la nouvelle adresse ; 0 signifie que l'ancienne disparaît aussitôt.

# Le journal d'audit
audit-title = Journal d'audit
audit-tile = Qui a fait quoi, et quand.
audit-intro = Chaque décision, de la plus récente à la plus ancienne. Rien ici ne peut être modifié ; les événements scellés le montrent si quelqu'un essaie.
audit-filter = Filtrer
audit-actor = Qui
audit-actor-hint = L'adresse e-mail ou le nom d'un opérateur, même supprimé ; ou stranger, command-line, system.
audit-action = Quoi
audit-any-action = Tout
audit-target = À propos de
audit-target-hint = Une adresse e-mail, le nom d'un opérateur ou d'un rôle, ou la clé d'un paramètre.
audit-namesakes = Plusieurs portent ce nom : choisissez.
audit-choose-one = De qui ou de quoi s'agit-il ?
audit-deleted = supprimé
audit-since = À partir de
audit-until = Avant
audit-time-hint = Une date, comme 2026-11-24, ou une date et une heure en UTC, comme 2026-11-24T10:00.
audit-bad-time = Saisissez une date comme 2026-11-24, ou une date et une heure comme 2026-11-24T10:00.
audit-bad-action = Choisissez dans la liste.
audit-apply = Afficher
audit-everything = Tout afficher
audit-nothing-found = Rien ne correspond. Retirez une partie du filtre.
audit-empty = Rien ne s'est encore passé. Ce que font les opérateurs, et qui essaie d'entrer, sera affiché ici.
audit-when = Quand
audit-from = D'où
audit-details = Détails
audit-newest = Les plus récents
audit-newer = Plus récents
audit-older = Plus anciens
audit-export = Exporter
audit-export-intro = Les événements qui correspondent au filtre, du plus ancien au plus récent. Votre export est noté dans le journal.
audit-export-csv = Pour un tableur (CSV)
audit-export-jsonl = Pour les programmes (JSON lines)
audit-stranger = Quelqu'un de non connecté
audit-command-line = La ligne de commande
audit-system = Le produit lui-même
action-set-up-completed = A mis en place le back-office
action-sign-in-succeeded = S'est connecté
action-sign-in-refused = Connexion refusée
action-sign-in-limited = Connexion limitée
action-session-signed-out = S'est déconnecté
action-password-reset-requested = A demandé un nouveau mot de passe
action-password-reset-limited = Demandes de mot de passe limitées
action-password-reset-issued = Lien de réinitialisation créé
action-password-reset-completed = A réinitialisé le mot de passe
action-password-changed = A changé le mot de passe
action-password-rehashed = Empreinte du mot de passe renouvelée
action-operator-invited = A invité
action-invitation-opened = A ouvert l'invitation
action-invitation-accepted = A accepté l'invitation
action-link-refused = Lien refusé
action-profile-changed = A modifié le profil
action-operator-suspended = A suspendu
action-operator-reinstated = A rétabli
action-operator-unlocked = A levé les limites
action-operator-deleted = A supprimé
action-parameter-changed = A modifié un paramètre
action-alias-changed = A déplacé le back-office à une autre adresse
action-second-step-succeeded = A passé la deuxième étape
action-second-step-refused = Deuxième étape refusée
action-second-step-limited = Deuxième étape limitée
action-recovery-code-used = A utilisé un code de secours
action-recovery-codes-replaced = A créé de nouveaux codes de secours
action-two-factor-added = A ajouté l'authentification à deux facteurs
action-two-factor-removed = A retiré l'authentification à deux facteurs
action-two-factor-unreadable = Secret du second facteur illisible
action-step-up-succeeded = A confirmé son identité
action-step-up-refused = Confirmation refusée
action-session-ended = A terminé une session
action-session-all-ended = A terminé des sessions
action-invitation-resent = A renvoyé l'invitation
action-invitation-revoked = A révoqué l'invitation
action-operator-roles-changed = A changé des rôles
action-role-created = A créé un rôle
action-role-changed = A modifié un rôle
action-role-deleted = A supprimé un rôle
action-password-renewal-required = A demandé de nouveaux mots de passe
action-mail-retried = A réessayé un e-mail
action-mail-tested = A envoyé un e-mail de test
action-account-imported = A importé des comptes
action-audit-exported = A exporté le journal d'audit
action-audit-signed-anew = A signé le journal d'audit avec une autre clé
action-access-denied = Accès refusé

# E-mails
mail-title = E-mails
mail-tile = Ce qui attend, ce qui a échoué et pourquoi.
mail-intro = Les e-mails restent ici jusqu'à ce que le serveur les ait pris ; ils sont réessayés d'eux-mêmes pendant un jour environ.
mail-states = Quels e-mails
mail-all = Tous
mail-waiting = En attente
mail-waiting-count = En attente ({ $count })
mail-failed = Échoué
mail-failed-count = Échoués ({ $count })
mail-sent = Envoyé
mail-empty = Il n'y a pas de tel e-mail. Les invitations, liens et avis seront affichés ici.
mail-to = À
mail-kind = E-mail
mail-written = Écrit
mail-attempts = essais : { $count }
mail-next = Prochain essai :
mail-retry = Réessayer
mail-retry-to = Réessayer l'e-mail à { $address }
mail-test = Test
mail-test-intro = Envoie un e-mail à votre propre adresse. S'il arrive, les invitations et les liens arrivent aussi.
mail-test-submit = Envoyer un e-mail de test
mail-done-retried = L'e-mail est réessayé.
mail-done-tested = Un e-mail de test à { $address } est en route. Regardez s'il arrive, ou ce qui est affiché ci-dessous.
mail-kind-invitation = Invitation
mail-kind-password-reset = Nouveau mot de passe
mail-kind-password-changed = Mot de passe changé
mail-kind-new-device = Nouvel appareil
mail-kind-two-factor-added = Authentification à deux facteurs ajoutée
mail-kind-two-factor-removed = Authentification à deux facteurs retirée
mail-kind-two-factor-removed-for = Authentification à deux facteurs retirée à quelqu'un
mail-kind-recovery-code-used = Code de secours utilisé
mail-kind-recovery-codes-replaced = Codes de secours remplacés
mail-kind-wrong-codes = Codes erronés
mail-kind-alias-changed = Nouvelle adresse
mail-kind-roles-changed = Rôles changés
mail-kind-suspended = Suspension
mail-kind-test = Test

# Les rôles, et ce qu'ils accordent
roles-title = Rôles et permissions
roles-tile = Ce que chaque rôle accorde, et à qui.
roles-intro = Un rôle réunit des permissions sous un nom. Qui a plusieurs rôles détient tout ce que l'un d'eux accorde.
roles-everything = Détient toutes les permissions, y compris celles à venir.
roles-back = Tous les rôles
role = Rôle
description = Description
permission = Permission
permissions = Permissions
permissions-hint = Gérer comprend consulter. Vous n'accordez que ce que vous détenez vous-même.
functionality = Fonctionnalité
functionality-operators = Opérateurs
functionality-operators-what = Inviter, suspendre et supprimer des opérateurs, et leur donner des rôles.
functionality-roles = Rôles et permissions
functionality-roles-what = Créer, modifier et supprimer des rôles.
functionality-parameters = Paramètres
functionality-parameters-what = Règles des mots de passe, limites, adresse du back-office.
functionality-audit = Journal d'audit
functionality-audit-what = Ce qui s'est passé, et par qui.
functionality-mail = E-mails
functionality-mail-what = Ce qui attend et ce qui a échoué.
functionality-is-gone = Disparue
functionality-gone = Elle n'existe plus : cette permission ne permet rien. Si elle revenait, les détenteurs du rôle pourraient de nouveau l'utiliser ; retirez la permission s'ils ne le doivent pas.
level-view = Consulter
level-manage = Gérer
role-held-by = Détenu par
role-holders = { $count ->
    [0] Personne ne le détient.
    [one] Détenu par { $count } opérateur.
   *[other] Détenu par { $count } opérateurs.
}
role-new-heading = Créer un rôle
role-new-submit = Créer le rôle
role-done-made = Le rôle est créé. Donnez-le à un opérateur, ou invitez quelqu'un avec.
role-done-saved = Le rôle est enregistré. Il vaut dès la prochaine requête de ceux qui le détiennent.
role-done-copied = Voici la copie. Changez son nom et ce qu'elle accorde.
role-done-deleted = Le rôle est supprimé.
role-name-bad = Choisissez un nom de 1 à 60 caractères, sur une ligne.
role-name-taken = Un autre rôle porte ce nom. Choisissez-en un autre.
role-description-bad = Choisissez une description de 300 caractères au plus.
role-permission-unknown = Choisissez parmi les permissions proposées.
role-built-in = Ce rôle est intégré et reste tel quel.
role-beyond = Ce rôle accorde plus que vous ne détenez ; vous ne pouvez pas le modifier.
role-changed-meanwhile = Quelqu'un d'autre a modifié ce rôle entre-temps. Votre saisie est conservée : comparez, puis enregistrez de nouveau.
role-stands-now = Voici son état actuel :
role-held = { $count ->
    [one] { $count } opérateur détient ce rôle : { $names }. Retirez-le-lui d'abord.
   *[other] { $count } opérateurs détiennent ce rôle : { $names }. Retirez-le-leur d'abord.
}
role-copy-of = { $number ->
    [1] Copie de { $name }
   *[other] Copie { $number } de { $name }
}
role-duplicate = Dupliquer ce rôle
role-delete-heading = Supprimer
role-delete-intro = Un rôle que quelqu'un détient ne peut pas être supprimé. C'est définitif.
role-delete = Supprimer le rôle « { $name } »

# Un opérateur
all = Tous
on = Activée
off = Désactivée
operators-deleted = L'opérateur est supprimé. Le journal d'audit garde son nom.
operators-coverage = { $covered } opérateurs actifs sur { $active } utilisent l'authentification à deux facteurs.
operators-counted = { $count ->
    [one] { $count } opérateur
   *[other] { $count } opérateurs
}
operators-more-than = Plus de { $count } opérateurs
operators-type-more = Plus de { $count } correspondent. Précisez le nom ou l'adresse.
operators-back = Tous les opérateurs
two-factor-is-off = Désactivée
operator-yourself = C'est vous. Votre mot de passe, vos sessions et votre authentification à deux facteurs sont dans le menu de votre compte.
operator-holds-more = Cet opérateur détient plus que vous ; vous ne pouvez rien changer ici.
operator-why = Ce que { $name } peut faire, et pourquoi
operator-may-nothing = Rien pour l'instant. Les rôles accordent des permissions.
operator-given-by = Accordé par
operator-roles-of = Rôles de { $name }
operator-save-roles = Enregistrer les rôles
operator-roles-changed-meanwhile = Quelqu'un d'autre a modifié ces rôles entre-temps. Votre choix est conservé : comparez, puis enregistrez de nouveau.
operator-roles-now = Détenus à présent : { $roles }
operator-roles-none = aucun
operator-sessions = Sessions
operator-no-sessions = Connecté nulle part.
operator-danger = Retirer
operator-end-sessions-intro = Partout, tout de suite. Une nouvelle connexion reste possible.
operator-end-sessions = Terminer toutes les sessions de { $name }
operator-remove-two-factor-intro = Pour qui a perdu son appareil. La connexion ne demande plus que le mot de passe ; vous recevez tous deux un e-mail.
operator-remove-two-factor = Retirer l'authentification à deux facteurs de { $name }
operator-suspend-intro = Les sessions se terminent et les liens ne fonctionnent plus. Plus d'accès avant le rétablissement.
operator-suspend = Suspendre { $name }
operator-delete-intro = Le compte disparaît définitivement ; le journal d'audit garde le nom.
operator-delete = Supprimer { $name }
operator-reinstate = Rétablir { $name }
operator-send-reset = Envoyer à { $name } un lien de réinitialisation
operator-resend = Renvoyer l'invitation à { $name }
operator-link = Afficher un lien à remettre à { $name }
operator-revoke = Révoquer l'invitation de { $name }
operator-done-roles = Les rôles sont enregistrés. Ils valent dès la prochaine requête.
operator-done-suspended = Suspendu. Toutes les sessions sont terminées.
operator-done-reinstated = Rétabli.
operator-done-resent = L'invitation repart. Les liens précédents ne fonctionnent plus.
operator-done-revoked = L'invitation est révoquée. Ses liens ne fonctionnent plus.
operator-done-reset = Un lien vers un nouveau mot de passe est en route.
operator-done-two-factor = L'authentification à deux facteurs est retirée. Toutes les sessions sont terminées.
operator-done-sessions = Toutes les sessions sont terminées.
operator-not-yourself = Vous ne pouvez pas vous faire cela à vous-même.
operator-last = C'est le dernier super-administrateur actif. Nommez-en d'abord un autre.
operator-not-now = Cela ne convient plus : quelqu'un d'autre a modifié ce compte entre-temps. Voici son état actuel.
invitation-state = Invitation
invitation-state-waiting = L'e-mail attend de partir.
invitation-state-sent = Envoyée. Elle expire { $when }.
invitation-state-failed = L'e-mail n'a pas pu être envoyé. Le lien expire { $when }.
invitation-state-handed-over = Remise sous forme de lien. Elle expire { $when }.
invitation-state-opened = Ouverte { $opened }, mais aucun mot de passe n'est encore choisi. Elle expire { $when }.
invitation-state-expired = Elle a expiré { $when }. Renvoyez-la.
invitation-state-expired-long-ago = Elle a expiré. Renvoyez-la, ou supprimez le compte.
invitation-state-revoked = Ses liens ne fonctionnent plus. Renvoyez-la, ou supprimez le compte.
invitation-short-waiting = E-mail en attente
invitation-short-sent = E-mail envoyé
invitation-short-failed = E-mail en échec
invitation-short-handed-over = Lien remis
invitation-short-opened = Ouverte
invitation-short-expired = Expirée
invitation-short-revoked = Ne fonctionne plus
invitation-last-error = La dernière tentative a échoué : { $why }
invitation-link = Le lien d'invitation
invitation-link-hint = Il n'est affiché que maintenant, et les liens précédents ne fonctionnent plus. Ne le remettez à personne d'autre : qui l'ouvre en premier choisit le mot de passe.
