// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What of a login an access line shows: where it was sent and how it was answered.
enum LoginAttempt {
    /// How much a request weighs as a login that failed, in thousandths; 0 for none.
    ///
    /// A refusal is sure. A page or a redirect as the answer to a form can be either: a
    /// form shown again, or the way in. So these weigh less.
    static func weight(isPost: Bool, status: Int, isLoginPath: Bool, hasUser: Bool) -> Int64 {
        switch status {
        case 401: return isLoginPath || hasUser ? 1000 : 0
        case 403, 400, 422, 423, 429: return isLoginPath && isPost ? 1000 : 0
        case 200: return isLoginPath && isPost ? 750 : 0
        case 302, 303: return isLoginPath && isPost ? 500 : 0
        default: return 0
        }
    }

    /// Whether a segment of the path is the name of a place where one signs in.
    ///
    /// - Complexity: O(length, at most 512)
    static func isLoginPath(_ target: Span<UInt8>) -> Bool {
        var start = 0
        var at = 0
        let end = min(target.count, 512)
        while at <= end {
            let isEnd = at == end || target[at] == UInt8(ascii: "?")
            if isEnd || target[at] == UInt8(ascii: "/") {
                if isLoginName(target.extracting(start..<at)) { return true }
                if isEnd { return false }
                start = at + 1
            }
            at += 1
        }
        return false
    }

    /// `login`, `login.php`, `wp-login.php` and the like.
    private static func isLoginName(_ segment: Span<UInt8>) -> Bool {
        guard segment.count > 3, segment.count < 24 else { return false }
        var end = 0
        while end < segment.count, segment[end] != UInt8(ascii: ".") { end += 1 }
        return names.contains { name in
            name.withUTF8Buffer { name in
                guard name.count == end else { return false }
                for at in 0..<end where segment[at] | 0x20 != name[at] | 0x20 { return false }
                return true
            }
        }
    }

    private static let names: [StaticString] = [
        "login", "log-in", "log_in", "logon", "signin", "sign-in", "sign_in", "wp-login",
        "xmlrpc", "j_security_check", "session", "sessions", "authenticate", "auth",
        "user_login", "userlogin", "doLogin", "checklogin", "admin_login", "adminlogin",
    ]
}
