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
forgot-sent = Si un compte d'opérateur existe pour cette adresse, nous avons envoyé un lien. Il est valable { $pause }. Regardez aussi dans vos courriers indésirables.
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
invite-intro = Il reçoit un courriel avec l'adresse du back-office et crée son propre mot de passe.
invite-submit = Envoyer l'invitation

# Refus
refusal-forbidden = Vous ne pouvez pas faire cela
refusal-forbidden-advice = La page est restée ouverte trop longtemps, ou il vous manque l'autorisation. Revenez en arrière, rechargez la page et réessayez, ou demandez à votre super-administrateur.
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
download-codes = Télécharger

# Sessions
sessions-title = Vos sessions
sessions-intro = Là où vous êtes connecté. Terminez ce que vous ne reconnaissez pas et changez votre mot de passe.
device = Appareil
device-on = { $browser } sur { $system }
device-unknown = Appareil inconnu
address = Adresse
since = Connecté
last-seen = Vu
this-session = Celle-ci
end-session = Terminer
end-session-on = Terminer la session sur { $device }
end-other-sessions = Terminer toutes les autres sessions

# Confirmation
confirm-title = Est-ce bien vous ?
confirm-intro = Ce que vous allez faire est important, et votre dernière preuve date un peu. Ce que vous avez saisi est conservé.
confirm-submit = Confirmer
confirm-wrong-password = Le mot de passe est incorrect.
confirm-with-password = Utiliser plutôt mon mot de passe

# Avant la fin d'une session
idle-warning = Vous serez bientôt déconnecté, car rien ne s'est passé ici depuis un moment.
idle-stay = Rester connecté
