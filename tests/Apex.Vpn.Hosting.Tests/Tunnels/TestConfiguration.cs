using System.Runtime.Versioning;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Hosting.Tests.Tunnels;

/// <summary>A configuration file of a tunnel, deleted in the end.</summary>
internal sealed class TestConfiguration : IDisposable
{
    internal TestConfiguration(string interfaceLines = "", string peerLines = "")
    {
        using var privateKey = PrivateKey.Generate();
        char[] text = new char[44];
        privateKey.WriteBase64(text);
        PrivateKeyText = new string(text);
        PublicKey = privateKey.DerivePublicKey();
        using (var peer = PrivateKey.Generate()) Peer = peer.DerivePublicKey();
        Write($"""
            [Interface]
            PrivateKey = {PrivateKeyText}
            {interfaceLines}
            [Peer]
            PublicKey = {Peer.ToBase64()}
            AllowedIPs = 10.9.0.2/32
            {peerLines}
            """);
    }

    internal string Path { get; } = System.IO.Path.GetTempFileName(); // for its owner alone, where files have modes

    internal string PrivateKeyText { get; }

    internal PublicKey PublicKey { get; }

    internal PublicKey Peer { get; }

    internal void Write(string text) => File.WriteAllText(Path, text);

    [UnsupportedOSPlatform("windows")]
    internal void LetEverybodyRead() =>
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

    public void Dispose() => File.Delete(Path);
}
