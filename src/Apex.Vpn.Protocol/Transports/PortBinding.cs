using System.Net.Sockets;

namespace Apex.Vpn.Protocol.Transports;

/// <summary>Binds a port, again where another try may succeed.</summary>
internal static class PortBinding
{
    private const int MaxAttempts = 100;
    private const int PauseMilliseconds = 5;

    /// <summary>Opens sockets on a port.</summary>
    /// <param name="port">0 for one that is free for both address families: what the kernel chooses for one may be taken for the
    /// other.</param>
    /// <param name="lastPort">The port that was ours last. A process that is being started elsewhere in the program holds copies of all
    /// our descriptors from fork to exec, and the port with them, so that it may take a moment until it is free.</param>
    /// <param name="mark">Passed on.</param>
    /// <param name="open">Opens the sockets on a port with a mark.</param>
    /// <exception cref="SocketException">It cannot be had.</exception>
    internal static T Open<T>(ushort port, ushort lastPort, uint mark, Func<ushort, uint, T> open)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return open(port, mark);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < MaxAttempts)
            {
                if (port != 0 && port != lastPort) throw;
            }

            if (port != 0) Thread.Sleep(PauseMilliseconds);
        }
    }
}
