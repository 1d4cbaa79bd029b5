// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension ShellJudge {
    /// Text of Markdown between three backquotes: its lines are shown, not run.
    static func isFence(_ form: borrowing ValueForm) -> Bool {
        form.isMark(0, "`") && form.isMark(1, "`") && form.isMark(2, "`")
    }

    /// A line of commands from its first word on, as one looks it up or shows it: it ends
    /// nothing that a server began, and it reaches for nothing.
    static func isTypedWhole(_ form: borrowing ValueForm, _ at: Int, _ lead: Lead) -> Bool {
        guard lead == .start || lead == .firm, form.tokens.count > 2,
            form.tokens[1].gap == .blank, isCommand(form)
        else { return false }
        let last = form.tokens.count - 1
        if lead == .start, form.roles(last).contains(.topic), form.tokens[last].gap == .blank {
            return true
        }
        guard form.tokens[1].kind == .word || form.isMark(1, "-") || form.isMark(1, "."),
            !reaches(form)
        else { return false }
        if lead == .firm {
            return form.tokens[at].entry == form.tokens[0].entry || isFilter(form, at)
        }
        // An option and what it is used on, here below.
        let isUse = form.isMark(1, "-") && form.tokens.dropFirst(3).contains { $0.gap == .blank }
        return (form.has("|") || isUse) && form.roles(0).contains(.commandWord)
            || isDeveloping(form)
    }

    /// Whether a line names what a program could read from elsewhere, write or run.
    private static func reaches(_ form: borrowing ValueForm) -> Bool {
        if form.has("$") || form.has("`") || form.has(">") || form.has("<") || form.has(";")
            || form.has("\\") || form.has(":")
        {
            return true
        }
        return form.has("/")
            && form.tokens.indices.dropFirst().contains { at in
                form.isMark(at, "/")
                    && (form.tokens[at].gap != .none || form.tokens[at - 1].kind == .mark)
            }
    }

    private static func isCommand(_ form: borrowing ValueForm) -> Bool {
        form.roles(0).contains(.command) || form.roles(0).contains(.commandWord)
            || form.isWord(0, "git") || form.isWord(0, "cargo") || form.isWord(0, "yarn")
            || form.isWord(0, "brew") || form.isWord(0, "helm")
    }

    /// `| grep x`, `| wc -l`: takes from what another prints.
    private static func isFilter(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        form.isMark(at - 1, "|")
            && (form.isWord(at, "grep") || form.isWord(at, "egrep") || form.isWord(at, "sort")
                || form.isWord(at, "uniq") || form.isWord(at, "wc") || form.isWord(at, "cut")
                || form.isWord(at, "head") || form.isWord(at, "tail") || form.isWord(at, "less")
                || form.isWord(at, "more") || form.isWord(at, "tr") || form.isWord(at, "column"))
    }

    /// `docker run -it ubuntu bash`: tools of those who write programs, with names alone.
    private static func isDeveloping(_ form: borrowing ValueForm) -> Bool {
        form.isWord(0, "docker") || form.isWord(0, "podman") || form.isWord(0, "kubectl")
            || form.isWord(0, "npm") || form.isWord(0, "pip") || form.isWord(0, "gem")
    }
}
