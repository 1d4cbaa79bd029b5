// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HostFiles

/// Small files with secrets or state: read whole, replaced whole, their owner's only.
///
/// Everything here blocks.
package enum StateFile {
    /// The whole file; nil when there is none.
    ///
    /// - Throws: ``FleetError`` `file`, also when it is larger than `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(FleetError) -> [UInt8]? {
        do {
            return try WholeFile.read(path, limit: limit)
        } catch {
            if error.isMissing { return nil }
            throw FleetError(error)
        }
    }

    /// Puts a file in the place of another, on the disk when it returns; mode 0600.
    ///
    /// - Throws: ``FleetError`` `file`.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(FleetError) {
        do { try WholeFile.replace(path, with: bytes, .secret) } catch { throw FleetError(error) }
    }

    /// Removes a file; one that is not there is gone already.
    ///
    /// - Throws: ``FleetError`` `file`.
    package static func remove(_ path: String) throws(FleetError) {
        do { try WholeFile.remove(path) } catch { throw FleetError(error) }
    }

    /// Makes a folder that only its owner may enter; one that is there stays.
    ///
    /// - Throws: ``FleetError`` `file`.
    package static func makeFolder(_ path: String) throws(FleetError) {
        do { try Folder.make(path, mode: 0o700) } catch { throw FleetError(error) }
    }

    /// Runs `body` while no other process does so with the same path.
    ///
    /// - Throws: ``FleetError`` `file`; what `body` throws.
    package static func locked<Result>(_ path: String, _ body: () throws -> Result) throws -> Result
    {
        do {
            return try WholeFile.locked(path, body)
        } catch let error as HostFileError {
            throw FleetError(error)
        }
    }
}

extension FleetError {
    fileprivate init(_ error: HostFileError) {
        self.init(.file, error.message)
    }
}
