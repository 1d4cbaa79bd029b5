// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension ShellJudge {
    // MARK: Substitutions

    /// `` `id` ``, `` pi``ng ``.
    static func backquote(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        begin(form, at + 1, .quote, &verdicts)
        guard at + 1 < form.tokens.count else { return }
        if form.isMark(at + 1, "`"), form.tokens[at + 1].gap == .none, at > 0,
            form.tokens[at - 1].kind == .word,
            form.tokens[at].gap == .none
        {
            verdicts.add(
                .command,
                62,
                form.range(at - 1, at + 1),
                "a command in pieces that a shell joins"
            )
            return
        }
        // `` a`)` ``: whatever it opened before, it ends there.
        if form.isMark(at + 1, ")"), form.isMark(at + 2, "`"), form.tokens.count < 8 {
            verdicts.add(
                .command,
                56,
                form.range(at, at + 2),
                "quotes that a shell would look into, with nothing within"
            )
            return
        }
        var end = at + 1
        while end < form.tokens.count, end < at + 24, !form.isMark(end, "`") { end += 1 }
        guard form.isMark(end, "`"), end > at + 1 else { return }
        // The end of one piece in a sentence's backquotes, or Markdown's.
        let isBehind = form.tokens[at + 1].gap != .none && form.spacedWords > 3
        if isBehind || at < 3 && isFence(form) && form.hasLine { return }
        let roles = form.roles(at + 1)
        let isCommand = roles.contains(.command) || roles.contains(.commandWord)
        let isWhole =
            (at == 0 || at == 1 && form.tokens[0].kind == .mark) && end >= form.tokens.count - 2
        if isCommand,
            isWhole || form.tokens[at].gap == .none && at > 0
                || Arguments.look(form, at + 2) == .firm
        {
            verdicts.add(
                .command,
                68,
                form.range(at, end),
                "a command that a shell puts in its place"
            )
        }
    }

    /// `$(id)`, `${IFS}`, `$IFS`, `$((1+1))`, `$@`.
    static func dollar(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        let next = at + 1
        guard next < form.tokens.count, form.tokens[next].gap == .none else { return }
        if form.isMark(next, "(") {
            let isSum = form.isMark(next + 1, "(")
            begin(form, next + 1, .firm, &verdicts)
            if isSum {
                verdicts.add(.command, 55, form.range(at, next + 2), "a sum that a shell computes")
            }
            return
        }
        if form.isMark(next, "[") {
            verdicts.add(.command, 52, form.range(at, next + 1), "a sum that a shell computes")
            return
        }
        let name = form.isMark(next, "{") ? next + 1 : next
        guard name < form.tokens.count, form.tokens[name].kind == .word else { return }
        if form.hasText(at: Int(form.tokens[name].start), "ifs"),
            form.bytes[Int(form.tokens[name].start)] == UInt8(ascii: "I")
        {
            verdicts.add(.command, 72, form.range(at, name), "the shell's blank")
            return
        }
        // `c$@at`, `/et$_c/pas$_swd`: parts a name or path.
        if name > next, form.isMark(name + 1, ":"), name + 2 < form.tokens.count,
            form.tokens[name + 2].kind == .number
        {
            verdicts.add(
                .command,
                62,
                form.range(at, name + 2),
                "a piece of a variable, as a shell cuts it"
            )
            return
        }
        let isInside = at > 0 && form.tokens[at].gap == .none && form.tokens[at - 1].kind == .word
        if isInside, form.has("/"),
            form.has(";") || form.tokens.count(where: { $0.isMark("$") }) > 2
        {
            verdicts.add(
                .command,
                60,
                form.range(at - 1, name),
                "a name in pieces that a shell joins"
            )
        }
    }

    /// `<(id)`, `>/dev/tcp`, `2>&1`, `<<<`.
    static func redirection(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        let next = at + 1
        guard next < form.tokens.count else { return }
        if form.isMark(next, "("), form.tokens[next].gap == .none {
            begin(form, next + 1, .firm, &verdicts)
            if form.isMark(next + 1, ")"), at > 0, form.tokens[at].gap == .none,
                next + 2 < form.tokens.count, form.tokens[next + 2].gap == .none,
                form.tokens[next + 2].kind == .word
            {
                verdicts.add(
                    .command,
                    62,
                    form.range(at, next + 1),
                    "an empty substitution within a word"
                )
            }
        }
        if form.isMark(at, ">"), form.isMark(next, "&"), form.tokens[next].gap == .none,
            next + 1 < form.tokens.count
        {
            verdicts.add(
                .command,
                65,
                form.range(at, next + 1),
                "output of a command sent elsewhere"
            )
        }
        if form.isMark(at, "<"), form.isMark(next, "<"), form.isMark(next + 1, "<"), at > 0 {
            verdicts.add(.command, 60, form.range(at - 1, next + 1), "text as a command's input")
        }
        if form.isMark(at, ">"), at > 0, form.tokens[next].gap == .none, form.isMark(next, "/"),
            form.spacedWords < 4, form.isMark(next + 2, "/"),
            form.isWord(next + 1, "tmp") || form.isWord(next + 1, "dev")
                || form.isWord(next + 1, "etc") || form.isWord(next + 1, "var")
        {
            verdicts.add(
                .command,
                58,
                form.range(at, next + 2),
                "output of a command, written into a file"
            )
        }
        if form.isMark(at, ">"), at == 0, form.isMark(next, "/"), form.tokens.count > 3,
            form.roles(form.tokens.count - 1).contains(.command)
        {
            verdicts.add(
                .command,
                55,
                form.range(at, form.tokens.count - 1),
                "output written over a program"
            )
        }
    }

    /// `{cat,/etc/passwd}`, `{,id,}`.
    static func brace(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        var end = at + 1
        var commas = 0
        var hasCommand = false
        while end < form.tokens.count, end < at + 24, !form.isMark(end, "}"),
            form.tokens[end].gap == .none
        {
            if form.isMark(end, ",") { commas += 1 }
            let roles = form.roles(end)
            if commas <= 1, roles.contains(.command) || roles.contains(.commandWord) {
                hasCommand = true
            }
            if form.isMark(end, ":") { return }
            end += 1
        }
        guard form.isMark(end, "}"), commas > 0, hasCommand else { return }
        verdicts.add(
            .command,
            65,
            form.range(at, end),
            "a command whose blanks are commas in braces"
        )
    }

    /// `f(){ f|f& };f`, `() { :; };`.
    static func function(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        guard form.isMark(at + 1, ")"), form.isMark(at + 2, "{") else { return }
        let range = Int(form.tokens[at].start)..<Int(form.tokens[at + 2].end)
        if at == 0
            || form.tokens[at - 1].kind == .mark && !form.isMark(at - 1, ":")
                && !form.isMark(at - 1, ")")
        {
            if form.find("function") == nil {
                verdicts.add(
                    .shellshock,
                    90,
                    range,
                    "a function of a shell where a variable should be"
                )
            }
            return
        }
        // `int main() {`: another language's.
        if form.tokens[at - 1].gap != .none, at > 1, form.tokens[at - 2].kind == .word { return }
        if form.find("function") == nil, form.has("|") || form.has("&") || form.has(";") {
            verdicts.add(.command, 68, range, "a function of a shell")
        }
    }

    /// `/???/??t /???/p??s??`, `/et*/pas*`, `/etc/[p]asswd`.
    static func glob(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        guard form.tokens[at].gap == .none, at > 0 else { return }
        var start = at
        var slashes = 0
        var globs = 0
        // Of a longer path its end is enough.
        while start > 0, start > at - 16, form.tokens[start].gap == .none,
            isPathPart(form, start - 1)
        { start -= 1 }
        var end = start
        while end < form.tokens.count, end < at + 16, end == start || form.tokens[end].gap == .none,
            isPathPart(form, end)
        {
            if form.isMark(end, "/") { slashes += 1 }
            if form.isMark(end, "?") || form.isMark(end, "*") || form.isMark(end, "[") {
                globs += 1
            }
            end += 1
        }
        guard form.isMark(start, "/"), slashes > 1 else { return }
        if form.isMark(end, "=") || form.isMark(start + 1, "/") { return }
        let isFile =
            form.hasText(at: Int(form.tokens[start].start), "/et")
            || form.hasText(at: Int(form.tokens[start].start), "/bi")
            || form.hasText(at: Int(form.tokens[start].start), "/us")
            || form.hasText(at: Int(form.tokens[start].start), "/va")
        if isFile || globs > 3, form.tokens[start].byte == 0x2F,
            start == 0 || form.tokens[start].gap != .none || form.isMark(start - 1, ";")
        {
            verdicts.add(
                .command,
                globs > 3 || form.has("[") || start > 0 ? 62 : 55,
                form.range(start, end - 1),
                "a path with jokers that a shell fills in"
            )
        }
    }

    private static func isPathPart(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        let token = form.tokens[at]
        guard token.kind == .mark else { return true }
        return switch token.byte {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "*"), UInt8(ascii: "["),
            UInt8(ascii: "]"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// `' whoami`, `";id;"`: a command right behind a quote.
    static func quoteStart(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        guard at <= 1, at + 1 < form.tokens.count else { return }
        if at == 1, form.tokens[0].kind == .word, form.tokens[1].gap != .none { return }
        begin(form, at + 1, .quote, &verdicts)
        let roles = form.roles(at + 1)
        let closes =
            form.tokens.count == at + 3
            && form.isMark(at + 2, form.tokens[at].byte == 0x27 ? "'" : "\"")
        if at == 0, closes, roles.contains(.commandWord),
            form.isWord(at + 1, "true") || form.isWord(at + 1, "false")
        {
            verdicts.add(.command, 52, form.range(at, at + 2), "a command in quotes")
        }
    }

    /// `\nid\n`: an escaped line's end, and a command.
    static func escapedLine(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        guard at + 1 < form.tokens.count, form.tokens[at + 1].kind == .word,
            form.tokens[at + 1].gap == .none,
            form.tokens[at + 1].byte == UInt8(ascii: "n")
                || form.tokens[at + 1].byte == UInt8(ascii: "r")
        else { return }
        let token = form.tokens[at + 1]
        if token.count == 1, form.tokens.count == 2 {
            verdicts.add(.command, 52, form.range(at, at + 1), "an escaped line's end alone")
        }
        guard token.count > 1, token.count < 20 else { return }
        var hash = Lexicon.seed
        let name = Int(token.start) + 1..<Int(token.end)
        for byte in form.lower[name] { hash = Lexicon.step(hash, byte) }
        let entry = form.lexicon.find(form.lower.span.extracting(name), hash: hash)
        let roles = form.lexicon.entries[Int(entry)].roles
        guard roles.contains(.command) || roles.contains(.commandWord) else { return }
        if Arguments.look(form, at + 2) != .prose || form.isMark(at + 2, "\\") {
            verdicts.add(
                .command,
                65,
                form.range(at, at + 1),
                "an escaped line's end, and a command"
            )
        }
    }

    /// `RCPT TO: x`, as a whole value.
    static func recipient(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        let isIt =
            form.isWord(0, "rcpt") && form.isWord(1, "to")
            || form.isWord(0, "mail") && form.isWord(1, "from")
        guard isIt, form.isMark(2, ":"), form.bytes[0] != form.lower[0] else { return }
        verdicts.add(.command, 56, form.range(0, 2), "a command for a mail server")
    }

    /// `\r\nMAIL FROM:<…>`, `\na1 LOGIN x`: a line for a server of mail.
    static func mail(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        for index in at..<min(at + 2, form.tokens.count) where form.roles(index).contains(.mailVerb)
        {
            let token = form.tokens[index]
            let start = Int(token.start)
            let isUpper = form.bytes[start] != form.lower[start]
            let isTagged =
                index == at + 1 && form.tokens[at].count < 6 && form.tokens[at].kind == .word
            guard index == at || isTagged,
                isUpper
                    || isTagged
                        && form.lower[form.tokens[at].range].contains(where: ByteClass.isDigit)
                    || form.isMark(index + 1, ":")
            else { continue }
            if index == at, form.tokens.count > index + 12 || form.plainWords > 6 { continue }
            if isTagged, form.plainWords > 6 { continue }
            if index + 1 < form.tokens.count || token.count >= 4 {
                verdicts.add(
                    .command,
                    58,
                    form.range(at, index + 1),
                    "a command for a mail server on a line of its own"
                )
            }
        }
    }
}
