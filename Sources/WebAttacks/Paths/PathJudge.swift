// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Paths that leave the place where a server keeps its pages, or name a file of the
/// system.
enum PathJudge {
    static func judge(_ form: borrowing ValueForm, isPath: Bool, _ verdicts: inout Verdicts) {
        let climbs = climbs(form)
        if climbs.count > 0 { judgeClimb(form, climbs, isPath: isPath, &verdicts) }
        if isPath, form.roles.contains(.systemFile) { accounts(form, isPath: true, &verdicts) }
        if !isPath {
            if form.tokens.count > 40, form.has(".") { stay(form, &verdicts) }
            absolute(form, &verdicts)
            drive(form, &verdicts)
        }
        // A greeting of TLS has one too, but no path begins so.
        if form.hasNul, !isPath || form.isMark(0, "/") { nul(form, &verdicts) }
    }

    struct Climbs {
        var count = 0
        var first = 0
        var end = 0
        /// Odd spellings: `....//`, `..\`, `..;/`, `..0x2f`.
        var isOdd = false
    }

    static func isSlash(_ byte: UInt8) -> Bool { byte == 0x2F || byte == 0x5C }

    /// Counts `../`, in all spellings.
    private static func climbs(_ form: borrowing ValueForm) -> Climbs {
        var climbs = Climbs()
        let bytes = form.lower.span
        var at = 0
        let count = bytes.count
        while at + 1 < count {
            guard bytes[at] == 0x2E else {
                at += 1
                continue
            }
            var end = at
            var dots = 0
            // Dots that a backslash or slash parts are still two: `.\./`.
            while end < count,
                bytes[end] == 0x2E || dots == 1 && bytes[end] == 0
                    || (dots == 1 && bytes[end] == 0x5C && end + 1 < count
                        && bytes[end + 1] == 0x2E)
            {
                if bytes[end] == 0x2E { dots += 1 }
                end += 1
            }
            let isBehindWord = at > 0 && (ByteClass.isWord(bytes[at - 1]))
            while end < count, bytes[end] < 0x20, dots >= 2 { end += 1 }
            if dots >= 2, !isBehindWord || climbs.count > 0, let next = slashEnd(bytes, end) {
                if climbs.count == 0 { climbs.first = at }
                if dots > 2 || next > end + 1 || bytes[end] != 0x2F { climbs.isOdd = true }
                climbs.count += 1
                climbs.end = next
                at = next
            } else {
                at = max(end, at + 1)
            }
        }
        return climbs
    }

    /// Where the slash ends that stands here: `/`, `\`, `;/`, `0x2f`, `2f..`.
    private static func slashEnd(_ bytes: Span<UInt8>, _ from: Int) -> Int? {
        var at = from
        let count = bytes.count
        if at < count, bytes[at] == 0x3B { at += 1 }
        guard at < count else { return nil }
        if isSlash(bytes[at]) {
            while at < count, isSlash(bytes[at]) { at += 1 }
            return at
        }
        var code = at
        if code + 1 < count, bytes[code] == 0x30, bytes[code + 1] == 0x78 { code += 2 }
        if code < count, bytes[code] == 0x25 { code += 1 }
        guard code + 1 < count,
            bytes[code] == 0x32 && bytes[code + 1] == 0x66
                || bytes[code] == 0x35 && bytes[code + 1] == 0x63
        else { return nil }
        let isFollowed = code + 2 < count && (bytes[code + 2] == 0x2E || code > at)
        return isFollowed ? code + 2 : nil
    }

    private static func judgeClimb(
        _ form: borrowing ValueForm,
        _ climbs: Climbs,
        isPath: Bool,
        _ verdicts: inout Verdicts
    ) {
        let range = climbs.first..<form.bytes.count
        let isWhole =
            form.plainWords < 8
            && !form.tokens.contains { $0.gap != .none && $0.start < climbs.end }
            && (isPath || climbs.isOdd || !isOfPage(form))
        if form.roles.contains(.systemFile) && isSensitive(form, from: climbs.first) {
            verdicts.add(.localFile, 85, range, "a way up to a file of the system")
            return
        }
        if isPath {
            // Pages with wrong relative links climb too, but not above the root.
            let isFirst = climbs.isOdd && climbs.first <= 1
            if climbs.count > 2 || climbs.isOdd && climbs.count > 1 || isFirst || depth(form) < 0 {
                verdicts.add(.localFile, climbs.count > 1 ? 70 : 55, range, "a way above the root")
            }
            return
        }
        let isAtStart = climbs.first <= 2
        if climbs.count > 2, isWhole || climbs.count > 3 {
            verdicts.add(.localFile, 80, range, "a way up through several folders")
        } else if climbs.count > 1, isWhole {
            verdicts.add(.localFile, 65, range, "a way up through folders")
        } else if climbs.isOdd, isWhole, isAtStart {
            verdicts.add(.localFile, 60, range, "a way up in an odd spelling")
        } else if isWhole, isAtStart {
            verdicts.add(.localFile, 55, range, "a way up to another folder")
        }
    }

    /// Folders below the root at the deepest climb, negative above it.
    private static func depth(_ form: borrowing ValueForm) -> Int {
        var depth = 0
        var lowest = 0
        var start = 0
        let bytes = form.lower.span
        for at in 0...bytes.count where at == bytes.count || isSlash(bytes[at]) {
            let length = at - start
            if length == 2, bytes[start] == 0x2E, bytes[start + 1] == 0x2E {
                depth -= 1
                lowest = min(lowest, depth)
            } else if length > 0, !(length == 1 && bytes[start] == 0x2E) {
                depth += 1
            }
            start = at + 1
        }
        return lowest
    }

    // MARK: Files of the system

    /// A folder of the system, a slash, and a file that lies there.
    static func isSensitive(_ form: borrowing ValueForm, from start: Int) -> Bool {
        var hasFolder = false
        for at in 0..<form.tokens.count
        where Int(form.tokens[at].start) >= start && form.tokens[at].kind == .word {
            let roles = form.roles(at)
            let isBehindSlash =
                form.isMark(at - 1, "/") || form.isMark(at - 1, "\\") || form.isMark(at - 1, ".")
            guard isBehindSlash || at == 0 else { continue }
            if hasFolder, roles.contains(.systemFile) || roles.contains(.extensionName) {
                return true
            }
            if roles.contains(.systemFolder) { hasFolder = true }
            if isFileAlone(form, at) { return true }
        }
        return false
    }

    /// Files that are of the system wherever they stand: `boot.ini`, `web.xml`.
    private static func isFileAlone(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        let start = Int(form.tokens[at].start)
        return form.hasText(at: start, "boot.ini") || form.hasText(at: start, "win.ini")
            || form.hasText(at: start, "system.ini") || form.hasText(at: start, "web.xml")
            || form.hasText(at: start, "passwd") && form.tokens[at].count == 6
            || form.hasText(at: start, "global.asa") || form.hasText(at: start, "web.config")
            || form.hasText(at: start, "php.ini") || form.hasText(at: start, "my.cnf")
            || form.hasText(at: start, "httpd.conf") || form.hasText(at: start, "ntuser.dat")
            || form.hasText(at: start, "id_rsa")
            || form.hasText(at: start, "shadow") && form.tokens[at].count == 6
    }

    /// `/etc/passwd`, `file:///proc/self/environ`, `php.ini%00`.
    private static func absolute(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard form.has("/") || form.has("\\") || form.has(".") else { return }
        let slashes = form.tokens.count { $0.isMark("/") || $0.isMark("\\") }
        let words = form.tokens.count { $0.gap != .none }
        let range = 0..<form.bytes.count
        let first = form.tokens.first
        let begins = first.map { $0.isMark("/") || $0.isMark("\\") } ?? false
        if slashes > 0, words == 0 { accounts(form, isPath: false, &verdicts) }
        if slashes > 0, form.roles.contains(.systemFolder) {
            for at in 1..<max(1, form.tokens.count) where form.roles(at).contains(.systemFolder) {
                guard form.isMark(at - 1, "/") || form.isMark(at - 1, "\\") else { continue }
                let isRooted = at < 2 || isBoundary(form, at - 2)
                if isRooted, isKnownPlace(form, at) {
                    let start = Int(form.tokens[at - 1].start)
                    let before = form.tokens[..<at].count { $0.kind == .word }
                    verdicts.add(
                        .localFile,
                        words < 4 && before < 2 && (at > 6 || form.spacedWords < 2)
                            && !isSpokenOf(form, at) ? 75 : 45,
                        start..<form.bytes.count,
                        "a file of the system"
                    )
                }
            }
            // `/usr/share`: a folder that holds nobody's secrets.
            let isShared =
                form.tokens.count == 4 && form.isWord(1, "usr") && isSharedName(form, 3)
                || form.tokens.count == 6 && isSharedName(form, 5) && !form.has(".")
                    && (form.isWord(1, "usr") || form.isWord(1, "opt"))
            if begins, words == 0, isRootFolder(form, 1), slashes > 1, !isShared {
                verdicts.add(.localFile, 60, range, "a path from the system's root")
            }
        }
        if words < (form.has("\\") ? 5 : 3), endsInConfiguration(form), begins || form.hasNul {
            verdicts.add(.localFile, 58, range, "a path to a configuration or log")
        }
        if words < 1, slashes > 0, form.find("web-inf") != nil || form.find("meta-inf") != nil {
            verdicts.add(.localFile, 65, range, "a file that a container of servlets keeps")
        }
        if words == 0, form.has("$"), form.isWord(form.tokens.count - 1, "data"),
            form.isMark(form.tokens.count - 2, "$"), form.isMark(form.tokens.count - 3, ":")
        {
            verdicts.add(.localFile, 62, range, "the stream of a file on Windows")
        }
        if words == 0, form.tokens.count < (begins || form.isMark(0, "~") ? 16 : 8), hidden(form) {
            verdicts.add(.localFile, 60, range, "a hidden file")
        }
    }

    /// `etc/passwd`, at the end of whatever path.
    private static func accounts(
        _ form: borrowing ValueForm,
        isPath: Bool,
        _ verdicts: inout Verdicts
    ) {
        for at in 0..<form.tokens.count where form.isWord(at, "etc") {
            var next = at + 1
            while form.isMark(next, "/") || form.isMark(next, "\\") { next += 1 }
            let isIt =
                form.isWord(next, "passwd") || form.isWord(next, "shadow")
                || !isPath
                    && (form.isWord(next, "issue") || form.isWord(next, "hosts")
                        || form.isWord(next, "group") || form.isWord(next, "motd"))
            // `/docs/etc/passwd-file-format.html`
            let isTitle =
                isPath && form.isMark(next + 1, "-") && next + 2 < form.tokens.count
                && form.tokens[next + 2].kind == .word
            guard isIt, next > at + 1, !isTitle else { continue }
            verdicts.add(
                .localFile,
                68,
                Int(form.tokens[at].start)..<Int(form.tokens[next].end),
                "a file of the system"
            )
        }
    }

    private static func isBoundary(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        let token = form.tokens[at]
        guard token.kind == .mark else { return form.tokens[at + 1].gap != .none }
        return token.byte != UInt8(ascii: ".") && token.byte != UInt8(ascii: "~")
            && token.byte != UInt8(ascii: ":")
            || form.isMark(at, ":")
    }

    /// `etc/passwd`, `proc/self`, `var/log/x`: what lies behind the folder.
    private static func isKnownPlace(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        var next = at + 1
        while form.isMark(next, "/") || form.isMark(next, "\\") || form.isMark(next, ".") {
            next += 1
        }
        guard next > at + 1, next < form.tokens.count else { return false }
        if form.isWord(at, "etc") {
            return form.roles(next).contains(.systemFile)
                || form.roles(next).contains(.systemFolder)
                || form.roles(next).contains(.command) || last(form, .extensionName)
        }
        if form.isWord(at, "proc") {
            return form.roles(next).contains(.systemFile) || form.tokens[next].kind == .number
        }
        if form.isWord(at, "dev") {
            return form.isWord(next, "tcp") || form.isWord(next, "udp")
                || form.isWord(next, "random")
                || form.isWord(next, "zero") || form.isWord(next, "null") && form.tokens.count < 8
        }
        if form.isWord(at, "windows") || form.isWord(at, "winnt") || form.isWord(at, "boot")
            || form.isWord(at, "inetpub") || form.isWord(at, "xampp") || form.isWord(at, "root")
        {
            return form.roles(next).contains(.systemFile)
                || form.roles(next).contains(.systemFolder)
                || last(form, .extensionName) || last(form, .systemFile)
        }
        return form.roles(next).contains(.systemFolder)
            && (last(form, .extensionName) || last(form, .systemFile))
    }

    private static func last(_ form: borrowing ValueForm, _ roles: Roles) -> Bool {
        for at in stride(
            from: form.tokens.count - 1,
            through: max(0, form.tokens.count - 3),
            by: -1
        )
        where form.tokens[at].kind != .mark {
            return !form.roles(at).isDisjoint(with: roles)
        }
        return false
    }

    private static func isRootFolder(_ form: borrowing ValueForm, _ from: Int) -> Bool {
        var at = from
        while form.isMark(at, "/") || form.isMark(at, "\\") || form.isMark(at, ".") { at += 1 }
        guard at < form.tokens.count, form.roles(at).contains(.systemFolder) else { return false }
        return form.isWord(at, "etc") || form.isWord(at, "proc") || form.isWord(at, "var")
            || form.isWord(at, "usr") || form.isWord(at, "opt") || form.isWord(at, "root")
            || form.isWord(at, "boot") || form.isWord(at, "sbin") || form.isWord(at, "bin")
            || form.isWord(at, "volumes") || form.isWord(at, "xampp") || form.isWord(at, "private")
            || form.isWord(at, "program") || form.isWord(at, "windows") || form.isWord(at, "apache")
            || form.isWord(at, "apache2") || form.isWord(at, "php") && form.tokens.count > 6
            || form.isWord(at, "nginx") || form.isWord(at, "mnt")
            || form.isWord(at, "home") && last(form, .extensionName)
            || form.isWord(at, "lib") && form.tokens.count < 6 || form.isWord(at, "sys")
            || form.isWord(at, "dev") || form.isWord(at, "run") && form.isWord(at + 2, "secrets")
    }

    private static func endsInConfiguration(_ form: borrowing ValueForm) -> Bool {
        let count = form.tokens.count
        if count > 2, form.isWord(count - 1, "error_log") || form.isWord(count - 1, "access_log") {
            return true
        }
        guard count > 2, form.isMark(count - 2, "."), form.roles(count - 1).contains(.extensionName)
        else { return false }
        return !form.isWord(count - 1, "txt") && !form.isWord(count - 1, "xml")
            && !form.isWord(count - 1, "php")
            && !form.isWord(count - 1, "db") || form.hasNul && form.tokens.count > 4
    }

    private static func hidden(_ form: borrowing ValueForm) -> Bool {
        for at in 0..<form.tokens.count
        where form.isMark(at, ".")
            && (at == 0 || form.isMark(at - 1, "/") || form.isMark(at - 1, "\\"))
        {
            let roles = form.roles(at + 1)
            if roles.contains(.sensitiveName), form.tokens.count <= at + 4 { return true }
        }
        return false
    }

    /// `c:\windows`, `\\host\share$`.
    private static func drive(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard form.has("\\") || form.has(":") else { return }
        for at in 0..<form.tokens.count
        where form.tokens[at].kind == .word && form.tokens[at].count == 1 {
            guard form.isMark(at + 1, ":"), form.isMark(at + 2, "\\") || form.isMark(at + 2, "/"),
                at == 0 || form.isMark(at - 1, "/") || form.isMark(at - 1, "\\")
                    || form.tokens[at].gap != .none || form.isMark(at - 1, "\"")
                    || form.isMark(at - 1, ":")
            else { continue }
            let start = Int(form.tokens[at].start)
            let isUsual = form.roles.contains(.systemFolder) || form.roles.contains(.systemFile)
            let isAlone = at <= 4 && form.plainWords < 4
            if at == 0 && isOwn(form) || isSpokenOf(form, at) { return }
            if isUsual || isAlone {
                verdicts.add(
                    .localFile,
                    62,
                    start..<form.bytes.count,
                    "a path on a drive of Windows"
                )
            }
        }
        if form.isMark(0, "\\"), form.isMark(1, "\\"), form.tokens.count > 4,
            form.tokens[1].gap == .none, form.plainWords + 2 < form.tokens.count
        {
            verdicts.add(.localFile, 58, 0..<form.bytes.count, "a share of another host")
        }
    }

    private static func nul(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard let at = form.bytes.firstIndex(of: 0), form.plainWords < 8 else { return }
        let hasPath = form.has("/") || form.has("\\") || form.has(".")
        verdicts.add(
            .localFile,
            hasPath ? 60 : 52,
            at..<at + 1,
            "a NUL that cuts the name of a file"
        )
    }
}
