// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Fleet
import Glibc
import Testing

@Suite("Configurations of groups")
struct GroupFolderTests {
    private let scratch = ScratchFolder()

    private func write(_ bytes: [UInt8], group: String) throws {
        mkdir(scratch.path + "/" + group, 0o700)
        try StateFile.replace(scratch.path + "/\(group)/agent.conf", with: bytes)
    }

    private func clear(_ groups: [String]) {
        for group in groups {
            unlink(scratch.path + "/\(group)/agent.conf")
            rmdir(scratch.path + "/" + group)
        }
    }

    @Test("the last group with a file counts, and default for an agent in none")
    func choice() throws {
        defer { clear(["default", "web"]) }
        try write(Array("d".utf8), group: "default")
        try write(Array("w".utf8), group: "web")
        var folder = GroupFolder(scratch.path)
        let groups = [[], ["web"], ["web", "empty"], ["empty"], ["web", "default"]]
        folder.beginRound()
        for one in groups { _ = try folder.configuration(of: one) }
        folder.beginRound()

        var texts: [String?] = []
        for one in groups { texts.append(try folder.configuration(of: one)?.text) }

        #expect(texts == ["d", "w", "w", nil, "d"])
        let none = try folder.configuration(of: ["empty"])
        #expect(none == GroupConfiguration(text: nil))
    }

    @Test("a file that has just changed is read when it stands still")
    func settling() throws {
        defer { clear(["web"]) }
        var folder = GroupFolder(scratch.path)
        try write(Array("1".utf8), group: "web")
        folder.beginRound()
        let first = try folder.configuration(of: ["web"])
        let again = try folder.configuration(of: ["web"])
        #expect(first == nil)
        #expect(again == nil)
        folder.beginRound()
        let settled = try folder.configuration(of: ["web"])
        #expect(settled?.text == "1")
        try write(Array("12".utf8), group: "web")
        folder.beginRound()
        let changing = try folder.configuration(of: ["web"])
        #expect(changing == nil)
    }

    // A group's name is a part of a path.
    @Test("no name leads out of the folder, and what is no text is given to nobody")
    func hostile() throws {
        defer { clear(["web"]) }
        try write([0xFF, 0xFE], group: "web")
        var folder = GroupFolder(scratch.path + "/web")
        folder.beginRound()
        _ = try folder.configuration(of: ["../web", ".."])
        folder.beginRound()
        let outside = try folder.configuration(of: ["../web", ".."])
        #expect(outside == GroupConfiguration(text: nil))

        var own = GroupFolder(scratch.path)
        own.beginRound()
        _ = try own.configuration(of: ["web"])
        own.beginRound()
        let refused = own
        #expect(throws: FleetError.self) {
            var folder = refused
            _ = try folder.configuration(of: ["web"])
        }
    }
}
