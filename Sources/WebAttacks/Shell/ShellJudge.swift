// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Commands for a shell: where one would begin, whether a command stands there, and
/// whether what follows are its arguments or prose.
enum ShellJudge {
    static func judge(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        var parts = 0
        if !form.tokens.isEmpty {
            begin(form, 0, .start, &verdicts)
            recipient(form, &verdicts)
        }
        for at in 0..<form.tokens.count {
            let token = form.tokens[at]
            if token.gap == .line {
                let isBehind = at > 0 || form.tokens.count == 1
                if isBehind, !isFence(form) { begin(form, at, .line, &verdicts) }
                mail(form, at, &verdicts)
            }
            guard token.kind == .mark else {
                if form.isWord(at, "bin") || form.isWord(at, "sbin") { binary(form, at, &verdicts) }
                continue
            }
            switch token.byte {
            case UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "&"):
                parts += 1
                // The first of several has looked at what stands behind all.
                if token.gap == .none, isSeparator(form, at - 1) { continue }
                if isReference(form, at) { continue }
                begin(form, separatorEnd(form, at), separator(form, at), &verdicts)
            case UInt8(ascii: "`"):
                // Of more than two in a row the first two have looked behind all.
                let isRow = form.isMark(at - 1, "`") && form.isMark(at - 2, "`")
                if isRow, token.gap == .none { continue }
                backquote(form, at, &verdicts)
            case UInt8(ascii: "$"): dollar(form, at, &verdicts)
            case UInt8(ascii: "<"), UInt8(ascii: ">"): redirection(form, at, &verdicts)
            case UInt8(ascii: "{"): brace(form, at, &verdicts)
            case UInt8(ascii: "("): function(form, at, &verdicts)
            case UInt8(ascii: "?"), UInt8(ascii: "*"), UInt8(ascii: "["): glob(form, at, &verdicts)
            case UInt8(ascii: "\\"): escapedLine(form, at, &verdicts)
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                if form.isMark(at + 1, token.byte == 0x27 ? "'" : "\""),
                    form.tokens[at + 1].gap == .none
                {
                    continue
                }
                quoteStart(form, at, &verdicts)
            default: break
            }
        }
        if parts == form.tokens.count, parts <= 3, parts > 0 { separatorsAlone(form, &verdicts) }
    }

    /// What stands before a command.
    enum Lead: Int {
        /// The value begins.
        case start
        /// A quote, which may end the server's.
        case quote
        /// A single `&` or `;` with blanks on both sides, as prose has them.
        case loose
        /// `;` in prose's way: a blank behind it, none before.
        case sentence
        /// A line ends.
        case line
        /// `|`, `||`, `&&`, `` ` ``, `$(`, or a separator without blanks.
        case firm
    }

    /// `&copy;`, `&reg;`: signs of HTML whose names are commands too.
    private static func isReference(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        form.isMark(at, "&") && form.isMark(at + 2, ";")
            && (form.isWord(at + 1, "copy") || form.isWord(at + 1, "reg"))
    }

    private static func isSeparator(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        form.isMark(at, ";") || form.isMark(at, "|") || form.isMark(at, "&")
    }

    private static func separatorEnd(_ form: borrowing ValueForm, _ at: Int) -> Int {
        var end = at + 1
        while isSeparator(form, end) { end += 1 }
        return end
    }

    private static func separator(_ form: borrowing ValueForm, _ at: Int) -> Lead {
        let end = separatorEnd(form, at)
        if end > at + 1 || form.isMark(at, "|") { return .firm }
        guard end < form.tokens.count, form.tokens[end].gap != .none else { return .firm }
        if at == 0 { return .firm }
        let isLoose = form.tokens[at].gap != .none
        if form.isMark(at, "&") { return isLoose ? .loose : .sentence }
        return .sentence
    }

    private static func separatorsAlone(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        let isPair = form.tokens.count == 2 && form.tokens[0].byte == form.tokens[1].byte
        guard isPair || form.tokens.count == 1 && form.isMark(0, ";") else { return }
        verdicts.add(.command, 52, form.range(0, 2), "nothing but separators of commands")
    }

    // MARK: A command

    /// Looks at what begins here as at a command.
    static func begin(
        _ form: borrowing ValueForm,
        _ from: Int,
        _ lead: Lead,
        _ verdicts: inout Verdicts
    ) {
        var at = from
        if lead == .start, form.isMark(0, "'") || form.isMark(0, "\"") { return }
        if lead == .start || lead == .quote, form.hasLine, isFence(form) { return }
        skipNoise(form, &at, lead)
        guard at < form.tokens.count else { return }
        if lead == .start {
            tilde(form, &verdicts)
            ShellPhrases.start(form, &verdicts)
        }
        ShellPhrases.command(form, at, &verdicts)
        if form.isMark(at, "/") || form.isMark(at, ".") { path(form, at, lead, &verdicts) }
        if form.isMark(at, "%") || form.isWord(at, "for") || form.isWord(at, "if") {
            BatchPhrases.judge(form, at, &verdicts)
        }
        guard form.tokens[at].kind == .word else { return }
        var end = wordEnd(form, at)
        let isBroken = end > at + 1
        if form.isMark(end, "."), form.isWord(end + 1, "exe"), form.tokens[end].gap == .none {
            end += 2
        }
        let roles = isBroken ? rolesOfBrokenWord(form, at, end) : form.roles(at)
        let isCommand = roles.contains(.command)
        guard isCommand || roles.contains(.commandWord) else {
            assignment(form, at, lead, &verdicts)
            return
        }
        if isBroken {
            verdicts.add(
                .command,
                lead.rawValue >= Lead.loose.rawValue || roles.contains(.command) ? 75 : 62,
                form.range(from, end),
                "a command in pieces that a shell joins"
            )
            return
        }
        if isAdministration(form, at) {
            verdicts.add(.command, 56, form.range(at, end), "a command that administers hosts")
        }
        if roles.contains(.wrapper), wraps(form, at + 1) {
            verdicts.add(
                .command,
                62,
                form.range(max(0, from - 1), at + 1),
                "a command that runs another"
            )
        }
        let arguments = Arguments.look(form, end)
        let score = score(form, at, lead, isCommand: isCommand, arguments)
        verdicts.add(
            .command,
            score,
            form.range(max(0, from - 1), end),
            "a command where a shell would run it"
        )
    }

    private static func score(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ lead: Lead,
        isCommand: Bool,
        _ arguments: Arguments
    ) -> Int {
        let before = at > 0 ? form.tokens[max(0, at - 12)..<at].count { $0.kind == .word } : 0
        if isTypedWhole(form, at, lead) { return 45 }
        switch lead {
        case .firm, .line:
            if arguments == .prose {
                let isTight =
                    form.isMark(at - 1, ";") && form.tokens[at].gap == .none && before < 2
                    && form.tokens[at].count > 1 && at + 1 < form.tokens.count
                    && form.tokens[at + 1].gap != .none
                if isTight, isCommand || form.spacedWords < 5 { return isCommand ? 60 : 55 }
                return isCommand && lead == .firm ? (before == 0 ? 58 : before < 3 ? 45 : 20) : 20
            }
            if lead == .line, form.isMark(at + 1, ";"), before < 4 { return 65 }
            if arguments == .none, !form.isMark(at + 1, ";"), before > 3 { return 40 }
            if lead == .line, !isCommand, arguments == .none || arguments == .word, before > 1 {
                return 40
            }
            // `dog | cat`
            let isPairOfWords =
                !isCommand && arguments == .none && before == 1 && form.tokens.count == 3
                && form.isMark(1, "|") && form.tokens[0].kind == .word && form.tokens[0].entry == 0
                && form.tokens[1].gap != .none && form.tokens[at].gap != .none
                && form.tokens[at].count > 2
            if isPairOfWords { return 40 }
            if arguments == .word { return isCommand || before < 2 ? 58 : 30 }
            return isCommand || arguments != .none ? 80 : 70
        case .loose, .sentence:
            if arguments == .firm || arguments == .named {
                return isCommand || before < 4 ? 75 : 45
            }
            if arguments == .word {
                let isEcho = form.isWord(at, "echo") && form.tokens[0].kind == .number
                return before < 2 && isCommand || isEcho && at == 2 ? 55 : 25
            }
            // `20% off & more`
            let isEnding =
                lead == .loose && !isCommand && arguments == .none && at > 1
                && form.tokens[at].count > 3 && form.isMark(at - 1, "&")
                && form.tokens[at - 2].kind != .number && form.tokens.count == at + 1
                && !form.has("/") && !form.has("\\")
                && form.tokens[..<at].contains { $0.kind == .word && $0.entry == 0 && $0.count > 2 }
            if isEnding { return 40 }
            if arguments == .none {
                return before < 2 ? 65 : lead == .sentence && isCommand && before < 2 ? 60 : 30
            }
            return 0
        case .quote:
            if arguments == .firm || arguments == .named { return form.tokens.count > 9 ? 30 : 65 }
            return arguments == .none && isCommand && before < 2 ? 60 : 0
        case .start:
            if form.isWord(at, "alias"), form.has("=") { return 55 }
            // `top 10`, `ps 5`.
            let isRank =
                !isCommand && form.tokens.count == at + 2 && form.tokens[at + 1].kind == .number
                && !form.lower[form.tokens[at + 1].range].contains(0x2E)
                && !form.isWord(at, "sleep") && !form.isWord(at, "timeout")
                && !form.isWord(at, "usleep") && !form.isWord(at, "kill")
            if isRank { return 40 }
            if arguments == .firm { return isCommand ? 66 : 58 }
            if arguments == .named { return isCommand && form.spacedWords < 3 ? 58 : 30 }
            return arguments == .none && form.tokens.count > 1 && before == 0
                && !form.isMark(at + 1, ".") ? closing(form, at) : 0
        }
    }

    /// `id;`, `id|`: a command, and a separator at the end.
    private static func closing(_ form: borrowing ValueForm, _ at: Int) -> Int {
        guard form.tokens.count == at + 2 else { return 0 }
        return form.isMark(at + 1, ";") || form.isMark(at + 1, "|") || form.isMark(at + 1, "`")
            ? 60 : 0
    }

    private static func skipNoise(_ form: borrowing ValueForm, _ at: inout Int, _ lead: Lead) {
        while at < form.tokens.count, form.tokens[at].kind == .mark {
            switch form.tokens[at].byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: "{"),
                UInt8(ascii: "!"), UInt8(ascii: "@"), UInt8(ascii: ","), UInt8(ascii: "\\"),
                UInt8(ascii: "`"), UInt8(ascii: "$"), UInt8(ascii: "+"):
                at += 1
            default:
                return
            }
        }
        // `FOO=bar cmd`, `$u wget`.
        if lead == .firm, at + 1 < form.tokens.count, form.isMark(at - 1, "$"),
            form.tokens[at].kind == .word,
            form.tokens[at + 1].kind == .word, form.roles(at + 1).contains(.command)
        {
            at += 1
        }
    }

    /// Where a word ends that quotes, backslashes or empty variables part: `c'a't`.
    private static func wordEnd(_ form: borrowing ValueForm, _ at: Int) -> Int {
        var end = at + 1
        var last = end
        while end < form.tokens.count, end < at + 12, form.tokens[end].gap == .none {
            let token = form.tokens[end]
            if token.kind == .word || token.kind == .number {
                end += 1
                last = end
                continue
            }
            let parts =
                token.byte == UInt8(ascii: "^")
                || token.byte == UInt8(ascii: "(") && form.isMark(end - 1, "$")
                || token.byte == 0x27 || token.byte == 0x22 || token.byte == 0x5C
                || token.byte == 0x60
                || token.byte == UInt8(ascii: "$")
                || token.byte == UInt8(ascii: "@") && form.isMark(end - 1, "$")
                || token.byte == UInt8(ascii: "?") && form.isMark(end - 1, "$")
                || token.byte == UInt8(ascii: "<") && form.isMark(end + 1, "(")
                || token.byte == UInt8(ascii: "(") && form.isMark(end - 1, "<")
                || token.byte == UInt8(ascii: ")") && form.isMark(end - 1, "(")
                || token.byte == UInt8(ascii: "{") && form.isMark(end - 1, "$")
                || token.byte == UInt8(ascii: "}")
            guard parts else { break }
            end += 1
        }
        return last
    }

    private static func rolesOfBrokenWord(_ form: borrowing ValueForm, _ at: Int, _ end: Int)
        -> Roles
    {
        let quotes = form.tokens[at..<end].count { $0.isMark("'") || $0.isMark("\"") }
        // An apostrophe parts a word too; Windows' shell takes any number of quotes.
        guard quotes % 2 == 0 || quotes > 2 else { return [] }
        // The longest word that is a command has 24.
        var letters = InlineArray<24, UInt8>(repeating: 0)
        var count = 0
        var hash = Lexicon.seed
        var index = at
        while index < end {
            let token = form.tokens[index]
            // A variable's name vanishes with it.
            if token.kind != .mark,
                !(form.isMark(index - 1, "$") && index > at) && !form.isMark(index - 1, "{")
            {
                for place in token.range {
                    guard count < letters.count else { return [] }
                    letters[count] = form.lower[place]
                    count += 1
                    hash = Lexicon.step(hash, form.lower[place])
                }
            }
            index += 1
        }
        guard count > 1 else { return [] }
        let word = letters.span.extracting(0..<count)
        return form.lexicon.entries[Int(form.lexicon.find(word, hash: hash))].roles
    }

    /// `ansible-playbook x.yml`, `chef-run all`: names that only commands have.
    private static func isAdministration(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        guard form.plainWords < 6 else { return false }
        if form.isWord(at, "cscli") || form.isWord(at, "pipx") {
            return at + 1 < form.tokens.count && form.tokens[at + 1].kind == .word
        }
        guard form.isMark(at + 1, "-"), form.tokens[at + 1].gap == .none else { return false }
        let name = at + 2
        let isAnsible =
            form.isWord(name, "doc") || form.isWord(name, "playbook") || form.isWord(name, "galaxy")
            || form.isWord(name, "console") || form.isWord(name, "vault")
            || form.isWord(name, "pull")
        let isChef =
            form.isWord(name, "run") || form.isWord(name, "vault") || form.isWord(name, "client")
            || form.isWord(name, "solo")
        return form.isWord(at, "ansible") && isAnsible || form.isWord(at, "chef") && isChef
    }

    /// `~+`, `~-1`: a folder that a shell remembers.
    private static func tilde(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard form.isMark(0, "~"), form.tokens.count <= 3,
            form.isMark(1, "+") || form.isMark(1, "-")
                || form.tokens.count == 2 && form.tokens[0].kind == .mark
                    && form.tokens[1].kind == .number
        else { return }
        verdicts.add(.command, 52, form.range(0, 2), "a folder that a shell remembers")
    }

    /// Whether a command follows a command that runs others, after its options.
    private static func wraps(_ form: borrowing ValueForm, _ from: Int) -> Bool {
        var at = from
        while at + 1 < form.tokens.count, at < from + 6 {
            if form.isMark(at, "-") || form.tokens[at].kind == .number || form.isMark(at, ";") {
                at += form.isMark(at, "-") ? 2 : 1
                continue
            }
            break
        }
        guard at < form.tokens.count, form.tokens[at].kind == .word,
            at > from || form.tokens[at].gap != .none
        else { return false }
        if !form.roles(at).contains(.command) { return false }
        return Arguments.look(form, at + 1) != .prose
    }
}
