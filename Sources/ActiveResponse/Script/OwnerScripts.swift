// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Scripts of the owner in one folder, for parts that are not responses: checked and run as
/// those of responses are.
package struct OwnerScripts: Sendable {
    private let folder: ScriptFolder

    /// The folder `relative` below `root`: `DATA`, `integrations`.
    package init(root: String, relative: String) {
        folder = ScriptFolder(root: root, relative: relative)
    }

    /// The path of a script that is safe to run.
    ///
    /// - Throws: ``ResponseError`` `script`, with what to mend.
    package func path(_ name: String) throws -> String {
        try folder.script(name)
    }

    /// Runs a program to its end without a shell, and gives it bytes; it blocks.
    ///
    /// - Throws: ``ResponseError`` `program` when it fails or takes too long.
    package static func run(
        _ arguments: [String],
        input: [UInt8],
        folder: String,
        seconds: Int
    ) throws {
        let run = try ProgramRun(arguments, folder: folder, seconds: Int64(seconds))
        try run.write(input)
        _ = try run.finish()
    }
}
