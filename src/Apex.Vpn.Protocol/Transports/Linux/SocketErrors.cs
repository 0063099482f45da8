using System.Net.Sockets;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>Linux error numbers as the framework's exceptions.</summary>
internal static class SocketErrors
{
    internal static SocketException From(int errno, string what)
    {
        SocketError error = errno switch
        {
            Errno.EADDRINUSE => SocketError.AddressAlreadyInUse,
            Errno.EADDRNOTAVAIL => SocketError.AddressNotAvailable,
            Errno.EAFNOSUPPORT => SocketError.AddressFamilyNotSupported,
            Errno.EACCES or Errno.EPERM => SocketError.AccessDenied,
            Errno.EMFILE or Errno.ENFILE => SocketError.TooManyOpenSockets,
            Errno.ENOBUFS or Errno.ENOMEM => SocketError.NoBufferSpaceAvailable,
            Errno.EINVAL => SocketError.InvalidArgument,
            _ => SocketError.SocketError,
        };
        return new SocketException((int)error, $"{what}: {error} (errno {errno}).");
    }
}
