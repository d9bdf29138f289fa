/// The passwords that are tried first, as far as they are long enough to be tried here at all. Lower case; what
/// stands behind the last letter is left off before looking.
enum CommonPasswords {
    static let list: Set<String> = Set(
        text.split(whereSeparator: \.isWhitespace).map(String.init))

    private static let text = """
        password passwort password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword p4ssword pa55word
        pa$$word motdepasse contrasena contraseña senha123 wachtwoord salasana parola12 lozinka123 haslo123
        12345678 123456789 1234567890 12345678910 123123123 1234512345 11223344 112233445566 123321123 147258369
        987654321 0987654321 741852963 159753456 123654789 11111111 00000000 88888888 66666666 69696969 12341234
        87654321 12344321 14789632 123qweasd 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc zaq12wsx
        qwertyui qwertyuiop qwerty123 qwerty12 qwerty1234 qwerty123456 qwert123 qwertz123 qwertzui azertyui azerty123
        asdfghjk asdfghjkl asdf1234 asdfasdf asdasdasd zxcvbnm1 zxcvbnm123 zxcvbnml qazwsxedc qweasdzxc qwe123qwe
        abcd1234 abcdefgh abc12345 abc123456 abcabcabc a1b2c3d4 a1b2c3d4e5 aa123456 a123456789 a12345678 q1w2e3r4
        q1w2e3r4t5 letmein1 letmein123 letmeinnow iloveyou iloveyou1 iloveyou2 iloveyou123 iloveu123 loveyou1
        lovelove welcome1 welcome12 welcome123 welcome1234 welcome2024 welcome2025 welcome2026 willkommen bienvenue
        changeme changeme1 changeme123 changeit changethis default1 default123 temp1234 temporary secret12 secret123
        topsecret mysecret administrator admin123 admin1234 admin12345 adminadmin admin@123 root1234 rootroot toor1234
        guest1234 user1234 username testtest test1234 test12345 testing1 testing123 demo1234 demodemo example1
        sunshine sunshine1 princess princess1 football football1 baseball baseball1 basketball softball volleyball
        superman superman1 batman123 spiderman spiderman1 starwars starwars1 pokemon1 pokemon123 minecraft fortnite
        computer computer1 internet internet1 samsung1 iphone123 google123 facebook facebook1 linkedin microsoft
        windows10 ubuntu123 linuxlinux dragon123 dragonball master12 master123 shadow123 monkey123 michael1 michelle
        jennifer jessica1 charlie1 jordan23 liverpool liverpool1 chelsea1 arsenal1 arsenal123 barcelona realmadrid
        juventus elizabeth alexander alexandra christian christine stephanie veronica victoria benjamin nicholas
        jonathan samantha danielle danielle1 november december september february summer2024 summer2025 summer2026
        winter2024 winter2025 winter2026 spring2025 spring2026 autumn2025 autumn2026 whatever whatever1 trustno1
        trustnoone mustang1 corvette mercedes harley12 hunter12 hunter123 killer123 freedom1 freedom123 blink182
        nothing1 butterfly chocolate cocacola sweetheart babygirl babygirl1 angel123 angels12 lovely12 friends1
        forever1 hello123 hello1234 hellohello helloworld goodmorning goodluck blessed1 jesus123 jesuschrist
        godisgood marlboro metallica slipknot nirvana1 eminem123 beatles1 rockstar rockyou1 scooter1 skateboard
        snowboard midnight moonlight sunflower rainbow1 diamond1 crystal1 silver12 passport passpass mypassword
        mypass123 yourpassword thepassword nopassword newpassword newpass123 oldpassword password! letmeinplease
        opensesame access14 access123 access1234 master01 server123 database database1 postgres postgres1 postgresql
        machinelearning deeplearning tensorflow pytorch123 datascience experiment experiments correcthorsebatterystaple
        """
}
