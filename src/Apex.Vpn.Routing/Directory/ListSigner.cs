using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory.Wire;

namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// Signs lists, statuses and profiles with an online key: the control plane's side. What a client would not read is not signed either.
/// Times
/// are written in whole seconds, fractions cut off. Safe from any thread.
/// </summary>
public sealed class ListSigner
{
    private readonly SigningKey _key;
    private readonly OnlineKeyCertificate _certificate;

    /// <summary>Signs with a key.</summary>
    /// <param name="key">The online key. It stays the caller's to dispose, after the signer is used no more.</param>
    /// <param name="certificate">What roots say of it; goes into every file.</param>
    /// <exception cref="ArgumentException">The certificate is another key's.</exception>
    public ListSigner(SigningKey key, OnlineKeyCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(certificate);
        if (certificate.Key != key.PublicKey) throw new ArgumentException("The certificate is another key's.", nameof(certificate));
        _key = key;
        _certificate = certificate;
    }

    /// <summary>Signs a list.</summary>
    /// <param name="list">
    /// Version 1 or above, places to a millionth of a degree. Its <see cref="ServerList.Digest"/>, <see cref="ServerList.Certificate"/> and
    /// <see cref="ServerList.Defects"/> are not looked at: they are what a reader finds out.
    /// </param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">
    /// A client would refuse the list or one of its entries; the message says why. Or the key may not sign lists, or not for that time.
    /// </exception>
    public byte[] SignList(ServerList list)
    {
        ArgumentNullException.ThrowIfNull(list);
        foreach ((int index, Server server) in list.Servers.Index())
        {
            if (server.Keys.Any(static key => key.NotAfter < key.NotBefore)) throw Refused(index, ListDefectReason.Validity);
            if (server.Endpoints.Any(static endpoint => endpoint.Address.ScopeId != 0)) throw Refused(index, ListDefectReason.Address);
        }
        byte[] file = SignedFile.Seal(FileKind.List, ListWriter.Write(list), _key, _certificate);
        Require(ServerListReader.ReadUnverified(file, out ServerList? read));
        if (read!.Defects is [var defect, ..])
            throw new ArgumentException($"{defect.Part} {defect.Index} of the list: {defect.Reason}.", nameof(list));
        return file;

        static ArgumentException Refused(int index, ListDefectReason reason) =>
            new($"{ListPart.Server} {index} of the list: {reason}.", nameof(list));
    }

    /// <summary>Signs a status.</summary>
    /// <param name="list">The list that it speaks of, as a client reads it: one that was read from its file.</param>
    /// <param name="status">Sequence 1 or above; a status for each server of the list, in its order.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">
    /// The list was not read from a file, the number of statuses is not that of its servers, the status lives longer than 90 seconds, or
    /// the
    /// key may not sign it.
    /// </exception>
    public byte[] SignStatus(ServerList list, StatusSnapshot status)
    {
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(status);
        if (list.Digest.IsNone) throw new ArgumentException("Only a list that was read from its file has a status.", nameof(list));
        if (status.Servers.Count != list.Servers.Count)
            throw new ArgumentException($"The list has {list.Servers.Count} servers, the status {status.Servers.Count}.", nameof(status));
        byte[] file = SignedFile.Seal(FileKind.Status, StatusBody.Write(list, status), _key, _certificate);
        Require(StatusReader.ReadBy(file, roots: null, list, out _));
        return file;
    }

    /// <summary>Signs latency profiles.</summary>
    /// <param name="profiles">Sequence 1 or above.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">They are too large, end before they begin, or the key may not sign them.</exception>
    public byte[] SignProfiles(SignedProfiles profiles)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        byte[] file = SignedFile.Seal(FileKind.Profiles, ProfilesBody.Write(profiles), _key, _certificate);
        Require(ProfilesReader.ReadBy(file, roots: null, out _));
        return file;
    }

    private static void Require(DirectoryVerdict verdict)
    {
        if (verdict != DirectoryVerdict.Accepted) throw new ArgumentException($"A client would refuse the file: {verdict}.");
    }
}
