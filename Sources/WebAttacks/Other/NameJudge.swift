// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a name gives away: of a parameter, of a file that should not be public, of a
/// scanner.
enum NameJudge {
    // MARK: Parameters

    private static let sessionNames: [StaticString] = [
        "sessionid", "session_id", "session-id", "phpsessid", "aspsessionid", "asp.net_sessionid",
        "cfid", "cftoken", "sid", "connect.sid", "sails.sid", "koa:sess", "koa.sid",
        "laravel_session",
        "ci_session", "cakephp", "play_session", "jwsession", "_flask_session", "session", "sess",
        "session-token", "session_token", "rack.session", "_session_id", "beaker.session.id",
        "viewstate", "symfony", "express.sid", "zenid", "weblogicsession", "ssid", "_csrf_session",
    ]

    /// A session's id as a parameter of a page that signs in.
    ///
    /// Java's own `jsessionid` is left out: servers write it into addresses.
    static func isSession(_ name: Span<UInt8>) -> Bool {
        for candidate in sessionNames {
            let count = candidate.utf8CodeUnitCount
            guard count <= name.count, count == name.count || count > 6 else { continue }
            let isEqual = candidate.withUTF8Buffer { expected in
                let start = name.count - count
                for index in 0..<count where ByteClass.lower(name[start + index]) != expected[index]
                {
                    return false
                }
                return true
            }
            if isEqual { return !(name.count == 10 && name[0] | 0x20 == UInt8(ascii: "j")) }
        }
        return false
    }

    /// A parameter whose name says that its value will be run.
    static func isCommand(_ name: Span<UInt8>) -> Bool {
        let names: [StaticString] = ["cmd", "exec", "command", "execute", "shell", "syscmd"]
        guard name.count > 2, name.count < 8 else { return false }
        return names.contains { candidate in
            guard candidate.utf8CodeUnitCount == name.count else { return false }
            return candidate.withUTF8Buffer { expected in
                for index in 0..<name.count where ByteClass.lower(name[index]) != expected[index] {
                    return false
                }
                return true
            }
        }
    }

    static func isSignIn(_ form: borrowing ValueForm) -> Bool {
        for at in 0..<form.tokens.count
        where form.isWord(at, "login") || form.isWord(at, "signin") || form.isWord(at, "auth")
            || form.isWord(at, "logon") || form.isWord(at, "authenticate") || form.isWord(at, "sso")
        {
            return true
        }
        return false
    }

    /// `user__profile__password__startswith`: fields of other tables, by their names.
    static func judgeName(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        let ends: [StaticString] = [
            "__startswith", "__istartswith", "__contains", "__icontains", "__regex", "__iregex",
            "__has_key", "__has_keys", "__endswith", "__gt", "__lt", "__exact", "__isnull",
        ]
        guard form.tokens.count == 1, let first = form.find("__"),
            let second = form.find("__", from: first + 2),
            second > first + 2
        else { return }
        for end in ends {
            let start = form.lower.count - end.utf8CodeUnitCount
            if start >= second, form.hasText(at: start, end) {
                verdicts.add(.code, 52, 0..<form.bytes.count, "a lookup through other tables")
            }
        }
    }

    // MARK: Files

    /// `.env`, `.git/config`, `backup.sql.zip`.
    static func judgePath(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        for at in 0..<form.tokens.count where form.isMark(at, ".") {
            if at == 0 || form.isMark(at - 1, "/") {
                guard form.roles(at + 1).contains(.sensitiveName),
                    !form.isWord(at + 1, "next") || form.isMark(at + 2, "/")
                else { continue }
                let range = Int(form.tokens[at].start)..<Int(form.tokens[at + 1].end)
                verdicts.add(.probe, 58, range, "a hidden file or folder that should not be public")
            }
        }
        dump(form, &verdicts)
        if isServerPage(form) {
            verdicts.add(.probe, 56, 0..<form.bytes.count, "a page that only scanners ask for")
        }
        if form.roles.contains(.probeName) { console(form, &verdicts) }
        if form.has("~") || form.roles.contains(.extensionName) { copy(form, &verdicts) }
        if form.hasText(at: 0, "/@fs/") {
            verdicts.add(
                .localFile,
                60,
                0..<form.bytes.count,
                "a file of the system, by a development server"
            )
        }
    }

    /// What a server tells of itself, and the doors of its tools.
    private static func isServerPage(_ form: borrowing ValueForm) -> Bool {
        guard form.lower.count > 8, form.isMark(0, "/") else { return false }
        switch form.lower[1] {
        case UInt8(ascii: "s"):
            return form.hasText(at: 1, "server-status") && form.tokens.count == 4
                || form.hasText(at: 1, "server-info") && form.tokens.count == 4
                || form.hasText(at: 1, "solr/admin/")
        case UInt8(ascii: "p"): return form.hasText(at: 1, "phpmyadmin/scripts/setup")
        case UInt8(ascii: "c"): return form.hasText(at: 1, "console/login/loginform")
        default: return false
        }
    }

    /// Pages of appliances and frameworks that nobody but them asks for.
    private static func console(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        for at in 0..<form.tokens.count where form.roles(at).contains(.probeName) {
            guard form.isMark(at - 1, "/") || form.isMark(at - 1, "-") else { continue }
            let isIt: Bool
            if form.isWord(at, "actuator") {
                isIt =
                    form.isMark(at + 1, "/")
                    && (form.isWord(at + 2, "env") || form.isWord(at + 2, "heapdump")
                        || form.isWord(at + 2, "gateway") || form.isWord(at + 2, "jolokia")
                        || form.isWord(at + 2, "configprops") || form.isWord(at + 2, "threaddump"))
            } else if form.isWord(at, "phpunit") {
                isIt = form.find("eval-stdin") != nil
            } else if form.isWord(at, "inf") {
                isIt = form.isWord(at - 2, "web") && form.isMark(at + 1, "/")
            } else {
                isIt = at <= 3
            }
            if isIt {
                let range = Int(form.tokens[at].start)..<form.bytes.count
                verdicts.add(.probe, 56, range, "a page that only scanners ask for")
            }
        }
    }

    /// `config.php~`, `web.config.bak`: what an editor or somebody in a hurry left.
    private static func copy(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        let count = form.tokens.count
        let last = count - 1
        guard count > 3, form.tokens.allSatisfy({ $0.gap == .none }) else { return }
        let isTilde = form.isMark(last, "~")
        let isCopy =
            form.isMark(last - 1, ".")
            && (form.isWord(last, "bak") || form.isWord(last, "old") || form.isWord(last, "orig")
                || form.isWord(last, "swp") || form.isWord(last, "save"))
        guard isTilde || isCopy else { return }
        let name = isTilde ? last - 1 : last - 2
        let isSource =
            form.isWord(name, "php") || form.isWord(name, "asp") || form.isWord(name, "aspx")
            || form.isWord(name, "jsp") || form.isWord(name, "config") || form.isWord(name, "json")
            || form.isWord(name, "yml") || form.isWord(name, "ini") || form.isWord(name, "sql")
        if isSource, form.isMark(name - 1, ".") {
            let range = Int(form.tokens[name - 1].start)..<form.bytes.count
            verdicts.add(.probe, 56, range, "a copy of a page's source or settings")
        }
    }

    /// A value that names a copy of a database.
    static func judgeValue(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        if form.has("."), form.tokens.count < 8 { dump(form, &verdicts) }
    }

    private static func dump(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        let count = form.tokens.count
        guard count > 2, form.isMark(count - 2, ".") else { return }
        let range = Int(form.tokens[max(0, count - 3)].start)..<form.bytes.count
        let isArchive =
            form.isWord(count - 1, "zip") || form.isWord(count - 1, "gz")
            || form.isWord(count - 1, "tar")
            || form.isWord(count - 1, "rar") || form.isWord(count - 1, "7z")
            || form.isWord(count - 1, "bak")
        if isArchive, form.isWord(count - 3, "sql") || form.isWord(count - 3, "bak") {
            verdicts.add(.probe, 56, range, "a copy of a database")
        }
        if form.isWord(count - 1, "log"),
            form.isWord(count - 3, "errors") || form.isWord(count - 3, "error_log")
        {
            verdicts.add(.probe, 54, range, "a log of the server")
        }
    }

    // MARK: Scanners

    static func judgeAgent(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard
            form.roles.contains(.scannerName) || form.find("fuzz faster") != nil
                || form.find("nmap scripting") != nil || form.find("graphql-cop") != nil
                || form.find("security scanner") != nil
        else { return }
        for at in 0..<form.tokens.count where form.roles(at).contains(.scannerName) {
            verdicts.add(.scanner, 80, form.tokens[at].range, "a scanner names itself")
            return
        }
        verdicts.add(.scanner, 80, 0..<form.bytes.count, "a scanner names itself")
    }
}
