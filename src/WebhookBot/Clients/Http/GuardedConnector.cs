using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace WebhookBot.Clients.Http;

/// <summary>Looks up the addresses of a host.</summary>
public delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellation);

/// <summary>A call was about to reach a private address, which the settings do not allow.</summary>
public sealed class PrivateAddressException(string host) : Exception(
    $"{host} is an address of this machine or of a private network; set Http:AllowPrivateAddresses to true if rules may call it");

/// <summary>
/// Connects to the very address it has checked, so that a name which is public when it is checked and private when it is connected
/// to gains nothing.
/// </summary>
public sealed class GuardedConnector(ResolveHost resolve, IOptions<HttpOptions> options)
{
    /// <summary>A handler that connects only to addresses that are allowed, and goes nowhere by itself.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 32,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectCallback = (connection, cancellation) => ConnectAsync(connection.DnsEndPoint, cancellation),
    };

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellation)
    {
        var found = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await resolve(target.Host, cancellation);
        var allowed = options.Value.AllowPrivateAddresses ? found : Array.FindAll(found, a => !PrivateNetworks.Contains(a));
        if (allowed.Length == 0)
        {
            throw found.Length == 0 ? new SocketException((int)SocketError.HostNotFound) : new PrivateAddressException(target.Host);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
