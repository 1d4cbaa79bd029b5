// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import HostFiles
import JagaTesting
import Synchronization
import Testing

@Suite("Files that are read and replaced whole")
struct WholeFileTests {
    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "jaga-whole-\(UUID().uuidString)").path

    init() throws {
        try Folder.make(folder, mode: 0o700)
    }

    @Test("a file is replaced, and nothing is left beside it")
    func replaces() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/state"
        try WholeFile.replace(path, with: Array("one".utf8), .secret)
        try WholeFile.replace(path, with: Array("two".utf8), .secret)

        #expect(try WholeFile.read(path, limit: 3) == Array("two".utf8))
        #expect(Folder.names(in: folder) == ["state"])
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("a file that cannot be replaced stays, and nothing is left beside it")
    func keeps() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/state"
        try Folder.make(path, mode: 0o700)
        try WholeFile.replace(path + "/inner", with: [1], .secret)

        let error = #expect(throws: HostFileError.self) {
            try WholeFile.replace(path, with: [2], .secret)
        }

        #expect(error?.message == "cannot write \(path): is a directory")
        #expect(Folder.names(in: folder) == ["state"])
        #expect(try WholeFile.read(path + "/inner", limit: 1) == [1])
    }

    // Else who may write to the folder has us write through a link to anywhere.
    @Test("what lies beside the file is not written through")
    func link() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let victim = folder + "/victim"
        try WholeFile.replace(victim, with: Array("kept".utf8), .secret)
        let path = folder + "/state"
        try FileManager.default.createSymbolicLink(
            atPath: "\(path).\(getpid()).new",
            withDestinationPath: victim
        )

        try WholeFile.replace(path, with: Array("new".utf8), .secret)

        #expect(try WholeFile.read(victim, limit: 10) == Array("kept".utf8))
        #expect(try WholeFile.read(path, limit: 10) == Array("new".utf8))
    }

    @Test("a file larger than the limit, or none, is an error that says so")
    func refuses() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/state"
        try WholeFile.replace(path, with: [UInt8](repeating: 7, count: 70_000), .secret)

        let large = #expect(throws: HostFileError.self) {
            try WholeFile.read(path, limit: 69_999)
        }
        let missing = #expect(throws: HostFileError.self) {
            try WholeFile.read(path + "x", limit: 1)
        }

        #expect(large?.message == "\(path) is larger than 69999 bytes")
        #expect(large?.isMissing == false)
        #expect(missing?.message == "cannot read \(path)x: no such file or directory")
        #expect(missing?.isMissing == true)
    }

    @Test("readers see one content or the other, never a part")
    func whole() async throws {
        let path = folder + "/state"
        let contents = [UInt8](1...4).map { [UInt8](repeating: $0, count: 200_000) }
        let manner = WholeFile.Manner(mode: 0o600, isSynced: false)
        try WholeFile.replace(path, with: contents[0], manner)
        let isEnded = Atomic(false)

        async let torn = Task.detached {
            var torn = 0
            while !isEnded.load(ordering: .relaxed) {
                let bytes = try WholeFile.read(path, limit: 200_000)
                if !contents.contains(bytes) { torn += 1 }
            }
            return torn
        }.value
        for round in 0..<200 {
            try WholeFile.replace(path, with: contents[round % 4], manner)
        }
        isEnded.store(true, ordering: .relaxed)

        #expect(try await torn == 0)
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("of two that lock a path, one waits")
    func locks() async throws {
        let path = folder + "/count"
        try WholeFile.replace(path, with: [0], .secret)

        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<50 {
                        try WholeFile.locked(path) {
                            let count = try WholeFile.read(path, limit: 1)
                            try WholeFile.replace(path, with: [count[0] + 1], .secret)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }

        #expect(try WholeFile.read(path, limit: 1) == [100])
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("a stamp changes with the file, and is nil without one")
    func stamps() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/state"
        #expect(FileStamp(of: path) == nil)
        try WholeFile.replace(path, with: [1], .secret)
        let first = FileStamp(of: path)
        #expect(first != nil)
        #expect(FileStamp(of: path) == first)
        try WholeFile.replace(path, with: [1], .secret)
        #expect(FileStamp(of: path) != first)
    }

    @Test(
        "a path's folder",
        arguments: [("/a/b", "/a"), ("/a", "/"), ("a", "."), ("a/b", "a"), ("/", "/")]
    )
    func parents(_ path: String, _ parent: String) {
        #expect(Folder.path(of: path) == parent)
    }
}
