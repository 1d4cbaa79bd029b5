// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Foundation
import Testing

@Suite("The folder of scripts")
struct ScriptFolderTests {
    private let root: TemporaryFolder
    private let folder: ScriptFolder
    private var bin: String { root.path + "/active-response/bin" }

    init() throws {
        root = try TemporaryFolder()
        folder = ScriptFolder(root: root.path)
        try FileManager.default.createDirectory(
            atPath: root.path + "/active-response/bin",
            withIntermediateDirectories: true
        )
        try change(bin, 0o755)
        try "#!/bin/sh\n".write(toFile: bin + "/act", atomically: false, encoding: .utf8)
        try change(bin + "/act", 0o750)
    }

    private func change(_ path: String, _ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test("a script that only its owner can change is run")
    func safe() throws {
        #expect(try folder.script("act") == bin + "/act")
    }

    @Test("a folder that was named by a relative path is found from anywhere")
    func relative() {
        let here = FileManager.default.currentDirectoryPath
        #expect(ScriptFolder(root: "some/data").root == here + "/some/data")
        #expect(ScriptFolder(root: "/some/data").root == "/some/data")
    }

    @Test("one that others can change is not, nor one in a folder that they can change")
    func writable() throws {
        try change(bin + "/act", 0o770)
        #expect(throws: ResponseError.self) { try folder.script("act") }
        try change(bin + "/act", 0o750)
        try change(bin, 0o777)
        #expect(throws: ResponseError.self) { try folder.script("act") }
    }

    @Test("a link is no script, nor is anything outside of the folder")
    func links() throws {
        try FileManager.default.createSymbolicLink(
            atPath: bin + "/link",
            withDestinationPath: "/bin/sh"
        )
        for name in ["link", "../act", "/bin/sh", "..", ".", "", ".hidden", "a b", "a\nb", "none"] {
            #expect(throws: ResponseError.self) { try folder.script(name) }
        }
    }

    @Test("a script that may not be executed is not run")
    func notExecutable() throws {
        try change(bin + "/act", 0o600)
        // Root may execute nothing that has no x at all.
        #expect(throws: ResponseError.self) { try folder.script("act") }
    }
}
