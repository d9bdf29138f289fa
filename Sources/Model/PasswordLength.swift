/// How long a password is. It is the only factor here, for which SP 800-63B-4 §3.1.1.1 asks for 15 characters.
public enum PasswordLength {
    public static let charactersMin = 15
    public static let charactersMax = 256
}
