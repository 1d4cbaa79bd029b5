// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Phrases that are commands by themselves: of Windows' shells, of administration, and
/// options that make a program run another.
enum ShellPhrases {
    /// Looks at a value's beginning.
    static func start(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        if form.isMark(0, "-"), form.isWord(1, "oproxycommand") {
            verdicts.add(.command, 62, form.range(0, 1), "an option that makes ssh run a program")
        }
        if form.isMark(0, "@"), form.isWord(1, "echo"), form.isWord(2, "off") {
            verdicts.add(.command, 60, form.range(0, 2), "the first line of a batch file")
        }
        if form.roles.contains(.powerShell) { powerShell(form, &verdicts) }
    }

    /// `New-Object Net.WebClient`, `.DownloadString('http://…')`.
    private static func powerShell(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        for at in 0..<form.tokens.count where form.roles(at).contains(.powerShell) {
            let isMember = form.isMark(at - 1, ".") && form.isMark(at + 1, "(")
            let isMade =
                form.hasNear(
                    "new-object",
                    from: max(0, Int(form.tokens[at].start) - 24),
                    within: 24
                )
            if isMember || isMade {
                verdicts.add(.command, 66, form.range(at, at + 1), "code of PowerShell")
                return
            }
        }
    }

    /// Looks at what stands where a command would begin.
    static func command(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        guard at < form.tokens.count else { return }
        let token = form.tokens[at]
        if token.byte == UInt8(ascii: "%") { variable(form, at, &verdicts) }
        guard token.kind == .word else { return }
        let isIt =
            switch token.byte {
            case UInt8(ascii: "c"): form.isWord(at, "cmd") && isSwitch(form, at + 1)
            case UInt8(ascii: "f"): form.isWord(at, "forfiles") && form.isMark(at + 1, "/")
            case UInt8(ascii: "s"):
                form.isWord(at, "schtasks") && form.isMark(at + 1, "/")
                    || form.isWord(at, "start") && isProgram(form, at + 1)
            case UInt8(ascii: "w"): form.isWord(at, "wmic") && isManagement(form, at + 1)
            case UInt8(ascii: "r"): form.isWord(at, "reg") && isRegistry(form, at + 1)
            case UInt8(ascii: "n"):
                form.isWord(at, "net")
                    && (form.isWord(at + 1, "localgroup")
                        || form.isWord(at + 1, "user") && form.has("/"))
            case UInt8(ascii: "g"): form.isWord(at, "get") && isCommandlet(form, at)
            case UInt8(ascii: "i"):
                isCommandlet(form, at)
                    || form.isWord(at, "iex") && form.isMark(at + 1, "(")
                        && (form.isWord(at + 2, "iwr") || form.isWord(at + 2, "curl")
                            || form.isMark(at + 2, "$"))
            default: false
            }
        if isIt {
            verdicts.add(.command, 66, form.range(at, at + 1), "a command of Windows")
        }
    }

    /// `Get-ChildItem`, `Invoke-WebRequest`.
    private static func isCommandlet(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        guard form.isMark(at + 1, "-"), at + 2 < form.tokens.count,
            form.tokens[at + 1].gap == .none, form.tokens[at + 2].gap == .none
        else { return false }
        if form.isWord(at, "invoke") {
            return form.isWord(at + 2, "expression") || form.isWord(at + 2, "webrequest")
                || form.isWord(at + 2, "restmethod") || form.isWord(at + 2, "command")
        }
        return form.isWord(at + 2, "childitem") || form.isWord(at + 2, "wmiobject")
            || form.isWord(at + 2, "localuser") || form.isWord(at + 2, "content") && form.has("\\")
    }

    /// `cmd /c`, `cmd.exe /k`.
    private static func isSwitch(_ form: borrowing ValueForm, _ from: Int) -> Bool {
        let isFile = form.isMark(from, ".") && form.isWord(from + 1, "exe")
        let at = isFile ? from + 2 : from
        return form.isMark(at, "/") && (form.isWord(at + 1, "c") || form.isWord(at + 1, "k"))
    }

    /// `calc.exe`.
    private static func isProgram(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        form.isMark(at + 1, ".") && form.tokens[at + 1].gap == .none
            && (form.isWord(at + 2, "exe") || form.isWord(at + 2, "bat")
                || form.isWord(at + 2, "vbs") || form.isWord(at + 2, "ps1"))
    }

    /// `process call create`, `os get caption`.
    private static func isManagement(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        form.isWord(at + 1, "call") || form.isWord(at + 1, "get") || form.isWord(at + 1, "list")
            || form.isMark(at, "/")
    }

    /// `add "HKLM\…"`, `query HKCU`.
    private static func isRegistry(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        guard at + 1 < form.tokens.count else { return false }
        let key = form.isMark(at + 1, "\"") ? at + 2 : at + 1
        guard key < form.tokens.count else { return false }
        return form.hasText(at: Int(form.tokens[key].start), "hk")
            && (form.isWord(at, "add") || form.isWord(at, "query") || form.isWord(at, "delete")
                || form.isWord(at, "save") || form.isWord(at, "export"))
    }

    /// `%COMSPEC%`, `%PROGRAMFILES:~10,-5%`.
    private static func variable(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ verdicts: inout Verdicts
    ) {
        let isPiece = form.isMark(at + 2, ":") && form.isMark(at + 3, "~")
        let isShell =
            form.isMark(at + 2, "%")
            && (form.isWord(at + 1, "comspec") || form.isWord(at + 1, "systemroot"))
        if isPiece || isShell {
            verdicts.add(.command, 62, form.range(at, at + 2), "a variable of Windows' shell")
        }
    }

    /// The value of a parameter that is named after commands.
    static func named(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        let roles = form.roles(0)
        guard roles.contains(.command) || roles.contains(.commandWord) else { return }
        let isAlone = form.tokens.count == 1
        if isAlone || Arguments.look(form, 1) != .prose {
            verdicts.add(
                .command,
                60,
                form.range(0, 1),
                "a command in a parameter that is named so"
            )
        }
    }
}
