// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension ShellJudge {
    /// `/bin/cat`, `/usr/bin/id`, `./x.sh`.
    static func binary(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        guard form.isMark(at - 1, "/"), form.isMark(at + 1, "/"), at + 2 < form.tokens.count else {
            return
        }
        let name = at + 2
        let roles = form.roles(name)
        let isKnown = roles.contains(.command) || roles.contains(.commandWord)
        let isGlob =
            form.isMark(name, "?") || form.isMark(name + 1, "?") || form.isMark(name + 1, "*")
            || form.isMark(name, "*")
        guard isKnown || isGlob else { return }
        let isProse =
            form.spacedWords > 1 && !form.has(";") && !form.has("|") && !form.has("&")
            && !form.has("$") && !form.has("`")
        verdicts.add(
            .command,
            isProse ? 45 : 72,
            form.range(at - 1, name),
            "a program of the system by its path"
        )
    }

    static func path(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ lead: Lead,
        _ verdicts: inout Verdicts
    ) {
        guard lead == .firm || lead == .loose else { return }
        var last = at
        while last + 1 < form.tokens.count, form.tokens[last + 1].gap == .none,
            form.tokens[last + 1].kind != .mark || form.isMark(last + 1, "/")
                || form.isMark(last + 1, ".")
        {
            last += 1
        }
        if lead == .firm, form.isMark(at, "."), form.isMark(at - 1, ";"), form.isMark(at + 1, "/"),
            form.tokens[at + 1].gap != .none
        {
            verdicts.add(
                .command,
                62,
                form.range(at, at + 1),
                "a file that a shell reads commands from"
            )
        }
        let roles = form.roles(last)
        guard form.tokens[last].kind == .word,
            roles.contains(.command) || roles.contains(.commandWord) || form.isWord(last, "sh")
        else { return }
        if form.isMark(at, "."), form.tokens[at + 1].gap == .none || !form.isMark(at + 1, "/") {
            return
        }
        if Arguments.look(form, last + 1) != .prose {
            verdicts.add(.command, 70, form.range(at, last), "a program by its path")
        }
    }

    /// `a=/etc&&b=…`, `x=cat;$x`.
    static func assignment(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ lead: Lead,
        _ verdicts: inout Verdicts
    ) {
        guard form.isMark(at + 1, "="), form.has("$"), form.tokens[at + 1].gap == .none,
            lead == .firm || lead == .start
        else { return }
        for index in at + 2..<min(at + 32, form.tokens.count)
        where form.isMark(index, "$") && index + 1 < form.tokens.count
            && form.tokens[index + 1].entry == form.tokens[at].entry
            && form.tokens[index + 1].count == form.tokens[at].count
            && form.tokens[index + 1].byte == form.tokens[at].byte
            && (form.has(";") || form.has("&"))
        {
            verdicts.add(
                .command,
                65,
                form.range(at, index + 1),
                "a variable that is set and used in one line"
            )
            return
        }
    }
}
