using System.Net.Sockets;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>The errors of the configuration protocol: the system's own <c>errno</c> values, since <c>wg</c> prints their texts.</summary>
internal static class UapiErrno
{
    internal const int None = 0;

    /// <summary>EIO: the device failed for a reason that has no number of its own.</summary>
    internal const int Io = 5;

    /// <summary>E2BIG: more peers or prefixes than one operation may carry.</summary>
    internal const int TooBig = 7;

    /// <summary>EINVAL: a key that is not known or not allowed here, or a value that is not valid.</summary>
    internal const int Invalid = 22;

    /// <summary>EPROTO: not the protocol.</summary>
    internal static int Protocol { get; } = OperatingSystem.IsFreeBSD() ? 92 : IsApple ? 100 : 71;

    /// <summary>EADDRINUSE: the listening port is taken.</summary>
    internal static int AddressInUse { get; } = OperatingSystem.IsFreeBSD() || IsApple ? 48 : 98;

    private static bool IsApple => OperatingSystem.IsMacOS() || OperatingSystem.IsIOS() || OperatingSystem.IsTvOS();

    /// <summary>The error that says best why the device failed.</summary>
    internal static int Of(Exception exception) =>
        exception is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } ? AddressInUse : Io;
}
