// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Code, wrappers, variables and serialized objects of PHP.
enum PHPJudge {
    static func judge(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        if form.has("<"), form.has("?") { tag(form, &verdicts) }
        for at in 0..<form.tokens.count {
            let token = form.tokens[at]
            if token.kind == .mark {
                if token.byte == UInt8(ascii: "$") { variable(form, at, &verdicts) }
                continue
            }
            let roles = form.roles(at)
            if roles.contains(.phpFunction) || roles.contains(.phpPlainFunction) {
                call(form, at, roles, &verdicts)
            } else if token.entry == 0, form.isMark(at + 1, "("), isFamily(form, token) {
                call(form, at, .phpFunction, &verdicts)
            }
            if roles.contains(.phpWrapper) || form.isMark(at + 1, ".") && form.isWord(at, "ssh2") {
                wrapper(form, at, &verdicts)
            }
            if roles.contains(.phpVariable), form.isMark(at + 1, "[") || form.isMark(at + 1, "{"),
                form.isMark(at - 1, "$") || at == 0 || token.byte == UInt8(ascii: "_")
            {
                verdicts.add(
                    .code,
                    75,
                    form.range(at, at + 1),
                    "a variable of the request, as PHP names it"
                )
            }
            if roles.contains(.phpSetting), form.isMark(at + 1, "=") || form.isMark(at + 1, "."),
                token.count > 6
            {
                verdicts.add(
                    .code,
                    form.isMark(at + 1, ".") && !form.has("=") ? 40 : 65,
                    form.range(at, at + 1),
                    "a setting of PHP"
                )
            }
            if token.count == 1,
                token.byte == UInt8(ascii: "o") || token.byte == UInt8(ascii: "a")
                    || token.byte == UInt8(ascii: "c")
            {
                serialized(form, at, &verdicts)
            }
            if token.byte == UInt8(ascii: "p"), form.isWord(at, "php"),
                form.isMark(at - 1, "{") || form.isMark(at - 1, "["),
                form.isMark(at + 1, "}") || form.isMark(at + 1, "]")
            {
                verdicts.add(.code, 65, form.range(at - 1, at + 1), "a tag that opens PHP")
            }
        }
        if form.marksOtherThanNames(), form.has("(") {
            quotedCall(form, &verdicts)
            if form.has("."), form.isMark(0, "(") { groupCall(form, &verdicts) }
        }
    }

    private static func tag(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        var from = 0
        while let at = form.find("<?", from: from) {
            from = at + 2
            let isTag =
                form.hasText(at: at, "<?php") || form.hasText(at: at, "<?=")
                || from < form.bytes.count && ByteClass.isBlank(form.bytes[from])
                || form.hasText(at: from, "/*")
            // `<?php echo or <?= short tag?`: words, and nothing that runs or ends.
            let isProse =
                (form.spacedWords > 2 || form.spacedWords > 0 && form.roles.contains(.topic))
                && !form.has("(") && !form.has(";") && !form.has("$")
                && !form.has("`") && !form.has("'") && !form.has("\"")
            if isTag, !isProse {
                verdicts.add(.code, 85, at..<min(at + 5, form.bytes.count), "a tag that opens PHP")
                return
            }
        }
    }

    private static func call(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ roles: Roles,
        _ verdicts: inout Verdicts
    ) {
        var next = at + 1
        var hasFiller = skipFiller(form, &next)
        if form.isMark(next, "'") || form.isMark(next, "\""), roles.contains(.phpPlainFunction),
            form.isMark(at - 1, "\"") || form.isMark(at - 1, "'"),
            form.isMark(next + 1, ")") || form.isMark(next + 1, "(")
        {
            verdicts.add(
                .code,
                65,
                form.range(at - 1, next + 1),
                "a function of PHP by its name in quotes"
            )
            return
        }
        if form.isMark(next, ")"), form.isMark(at - 1, "(") || form.isMark(at - 1, "/"),
            form.isMark(next + 1, "(")
        {
            verdicts.add(
                .code,
                65,
                form.range(at, next + 1),
                "a function of PHP by its name in parentheses"
            )
            return
        }
        guard form.isMark(next, "("), next < form.tokens.count else { return }
        let isApart = form.tokens[next].gap != .none && !hasFiller
        if form.tokens[next].gap != .none { hasFiller = true }
        let isEmpty = form.isMark(next + 1, ")")
        if roles.contains(.phpFunction) {
            if hasFiller,
                isEmpty
                    || next + 1 < form.tokens.count && form.tokens[next + 1].kind == .word
                        && form.plainWords > 3
            {
                return
            }
            let isProse =
                (isEmpty && form.spacedWords > 1 || form.spacedWords > 3) && !form.has(";")
                && !form.has("$")
            verdicts.add(.code, isProse ? 40 : 65, form.range(at, next + 1), "a function of PHP")
            return
        }
        // `require('fs') vs import`
        if let end = form.closing(next), !form.has(";"), !form.has("$"), !form.has("<"),
            form.isFollowedByWord(end) || form.isFollowedByProse(end)
        {
            return
        }
        let isCode = isEmpty && form.spacedWords < 3 || isCodeArgument(form, next + 1)
        let isWordInside = next + 1 < form.tokens.count && form.tokens[next + 1].kind == .word
        if isApart, isWordInside || isEmpty, form.spacedWords > 0 { return }
        let isWhole = at <= 1 && form.spacedWords < 2
        let isCommand =
            form.isWord(at, "system") || form.isWord(at, "exec") || form.isWord(at, "eval")
            || form.isWord(at, "assert") || form.isWord(at, "include") || form.isWord(at, "require")
        let isBehindMark =
            at > 0 && form.tokens[at - 1].kind == .mark && form.tokens[at].gap == .none
            && !form.isMark(at - 1, "-") && !form.isMark(at - 1, "(")
        if isCommand, isCode && !isEmpty || isWhole && !isApart || isBehindMark && isCode {
            verdicts.add(.code, 65, form.range(at, next + 1), "a function that runs code")
        } else if isWhole, !isApart, form.isMark(next + 2, "("),
            form.roles(next + 1).contains(.phpPlainFunction)
                || form.roles(next + 1).contains(.phpFunction)
        {
            verdicts.add(.code, 58, form.range(at, next + 2), "functions of PHP within each other")
        } else if isBehindMark, isCode, !isEmpty, form.has(";") || form.has("'") || form.has("\"") {
            verdicts.add(
                .code,
                58,
                form.range(at, next + 1),
                "a function of PHP where code would stand"
            )
        }
    }

    private static func isCodeArgument(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        guard at < form.tokens.count else { return false }
        return form.isMark(at, "'") || form.isMark(at, "\"") || form.isMark(at, "$")
            || form.tokens[at].kind == .number || form.isMark(at, ".") || form.isMark(at + 1, "(")
            || form.roles(at).contains(.command) || form.isMark(at, "/")
    }

    /// Skips comments between a name and its parenthesis; whether there was one.
    private static func skipFiller(_ form: borrowing ValueForm, _ at: inout Int) -> Bool {
        var hasFiller = false
        while at < form.tokens.count {
            if form.isMark(at, "/"), form.isMark(at + 1, "*") {
                at += 2
                let end = min(at + 24, form.tokens.count)
                while at < end, !(form.isMark(at, "*") && form.isMark(at + 1, "/")) { at += 1 }
                at += 2
            } else if form.isMark(at, "#"),
                form.hasLine || form.isMark(at, "/") && form.isMark(at + 1, "/")
            {
                at += 1
                let end = min(at + 24, form.tokens.count)
                while at < end, form.tokens[at].gap != .line { at += 1 }
            } else {
                return hasFiller
            }
            hasFiller = true
        }
        return hasFiller
    }

    private static func wrapper(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts)
    {
        if form.isWord(at, "ssh2"), form.isMark(at + 1, "."), form.isMark(at + 3, ":"),
            form.isMark(at + 4, "/")
        {
            verdicts.add(.code, 70, form.range(at, at + 4), "an address that only PHP opens")
            return
        }
        guard form.isMark(at + 1, ":"), form.isMark(at + 2, "/"), form.isMark(at + 3, "/") else {
            return
        }
        if form.isWord(at, "data"), !form.has(",") { return }
        // `php://input vs $_POST`
        var end = at + 3
        while end + 1 < form.tokens.count, form.tokens[end + 1].gap == .none { end += 1 }
        let isSpokenOf =
            end + 2 < form.tokens.count && form.tokens[end + 1].gap == .blank
            && form.tokens[end + 1].kind == .word && form.isMark(at - 1, "=") == false
        if isSpokenOf, at == 0 || form.tokens[at].gap == .blank, !form.has("<"), !form.has("|") {
            return
        }
        verdicts.add(.code, 72, form.range(at, at + 3), "an address that only PHP opens")
    }

    /// `$a(1)`, `$_[0]($x)`, `${@eval(1)}`.
    private static func variable(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts)
    {
        if form.isMark(at + 1, "{"),
            form.isMark(at + 2, "@") || form.isMark(at + 2, "'") || form.isMark(at + 2, "\"")
        {
            verdicts.add(.code, 65, form.range(at, at + 2), "a variable of PHP by an expression")
        }
        var next = at + 1
        while form.isMark(next, "$") { next += 1 }
        if form.isMark(at - 1, ":"), !form.isMark(at - 2, ":") { return }
        guard next < form.tokens.count, form.tokens[next].gap == .none,
            form.tokens[next].kind == .word || form.isMark(next, "{")
        else { return }
        var depth = 0
        if form.tokens[next].kind == .word { next += 1 }
        var steps = 0
        while next < form.tokens.count, steps < 24 {
            steps += 1
            _ = skipFiller(form, &next)
            guard next < form.tokens.count else { return }
            if form.isMark(next, "[") || form.isMark(next, "{") {
                depth += 1
            } else if form.isMark(next, "]") || form.isMark(next, "}") {
                depth -= 1
            } else if form.isMark(next, "("), depth == 0 {
                if form.tokens[next].gap != .none, form.plainWords > 3 { return }
                if next + 1 < form.tokens.count, form.has(")") {
                    verdicts.add(.code, 62, form.range(at, next + 1), "a call by a variable of PHP")
                }
                return
            } else if depth <= 0 {
                return
            }
            next += 1
        }
    }

    /// Beginnings of functions' names that PHP's extensions share.
    private static let families: [StaticString] = [
        "apache_", "apc_", "array_", "bz", "curl_", "debug_", "dom_", "enchant_", "exif_", "fdf_",
        "filter_", "ftp_", "get_defined_", "get_extension_", "gnupg_", "gz", "ibase_", "iconv_",
        "image", "imap_", "ini_", "ingres_", "ldap_", "libxml_", "mb_", "mcrypt_", "mysql_",
        "mysqli_",
        "ob_", "oci_", "odbc_", "opcache_", "openssl_", "pcntl_", "php_", "posix_", "preg_",
        "proc_",
        "pspell_", "readline_", "session_", "shm_", "shmop_", "simplexml_", "snmp", "socket_",
        "spl_", "sqlite_", "ssh2_", "stream_", "sybase_", "token_", "variant_", "xml_", "xmlrpc_",
        "xmlwriter_", "yaml_", "zip_", "zlib_",
    ]

    private static func isFamily(_ form: borrowing ValueForm, _ token: Token) -> Bool {
        guard token.count > 5, token.count < 40 else { return false }
        let start = Int(token.start)
        for family in families where form.hasText(at: start, family) {
            return form.lower[token.range].contains(UInt8(ascii: "_"))
        }
        return false
    }

    /// `O:8:"stdClass":0:{}`, `a:1:{`.
    private static func serialized(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ verdicts: inout Verdicts
    ) {
        guard form.isMark(at + 1, ":"), at + 3 < form.tokens.count,
            form.tokens[at + 2].kind == .number,
            form.isMark(at + 3, ":")
        else { return }
        let isObject = form.isMark(at + 4, "\"") || form.isMark(at + 4, "\\")
        if form.tokens[at].byte != UInt8(ascii: "a"), isObject {
            verdicts.add(.code, 72, form.range(at, at + 4), "a serialized object of PHP")
        }
    }

    /// `(sy.(st).em)(whoami)`: a name of PHP in pieces, without quotes.
    private static func groupCall(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        for at in 1..<max(1, form.tokens.count - 2)
        where form.isMark(at, "(") && form.isMark(at - 1, ")") && form.tokens[at].gap == .none
            && form.isMark(at + 2, ")")
        {
            let roles = form.roles(at + 1)
            if roles.contains(.command) || roles.contains(.commandWord) {
                verdicts.add(
                    .code,
                    60,
                    form.range(at - 1, at + 2),
                    "a call by a name in parentheses"
                )
            }
        }
    }

    /// `"sys"."tem"('id')`, `('sys'.'tem')('ls')`, `'x'(5)`.
    private static func quotedCall(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard form.plainWords < 8, form.has("'") || form.has("\"") else { return }
        for at in 1..<max(1, form.tokens.count - 1)
        where form.isMark(at, "(") && form.tokens[at].gap == .none {
            let isBehindQuote = form.isMark(at - 1, "'") || form.isMark(at - 1, "\"")
            let isBehindGroup =
                form.isMark(at - 1, ")") && (form.isMark(at - 2, "'") || form.isMark(at - 2, "\""))
            let hasDot =
                form.isMark(at + 1, ".") || form.has(".") && (form.has("'") || form.has("\""))
            let isBehindIndex =
                form.isMark(at - 1, "]") && form.isMark(1, "[") && form.isMark(at + 1, "'")
            if isBehindGroup || isBehindIndex
                || isBehindQuote && hasDot && form.hasNear("\".\"", from: 0)
            {
                verdicts.add(.code, 58, form.range(at - 1, at + 1), "a call by a name in quotes")
            }
        }
    }
}

extension ValueForm {
    /// Whether the value holds more than names, dots and blanks.
    func marksOtherThanNames() -> Bool {
        marks != 0 || marksAbove != 0
    }

    /// Whether dots are its only marks.
    func marksOnlyOfNames() -> Bool {
        marks == 1 << UInt64(UInt8(ascii: ".")) && marksAbove == 0
    }
}
