using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>
/// HTTP/2 with prior knowledge beside HTTP/1.1 on one cleartext port. Kestrel decides by ALPN alone; so the first bytes of a connection are looked at
/// (not consumed), and a connection that begins with the HTTP/2 preface gets the features of one that has agreed on <c>h2</c>.
/// </summary>
internal static class Http2Preface
{
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, TimeSpan limit)
    {
        var isHttp2 = await PeekAsync(connection, limit);
        if (isHttp2 is null) return;
        if (isHttp2.Value)
        {
            var agreed = new AgreedOnHttp2();
            connection.Features.Set<ITlsApplicationProtocolFeature>(agreed);
            connection.Features.Set<ITlsConnectionFeature>(agreed);
        }

        await next(connection);
    }

    /// <summary>True or false; null when the connection ended (or said nothing for too long) before it was clear.</summary>
    private static async Task<bool?> PeekAsync(ConnectionContext connection, TimeSpan limit)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>();
        await using var onClosing = closing?.ConnectionClosedRequested.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), timeout) ?? default;
        timeout.CancelAfter(limit);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(timeout.Token);
                var verdict = Judge(read.Buffer);
                if (verdict is not null)
                {
                    input.AdvanceTo(read.Buffer.Start);
                    return verdict;
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (read.IsCompleted) return null;
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (ConnectionResetException)
        {
            return null;
        }
    }

    // No HTTP/1.1 request begins with the whole preface; one byte that differs decides.
    private static bool? Judge(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> start = stackalloc byte[Preface.Length];
        var length = (int)Math.Min(buffer.Length, start.Length);
        buffer.Slice(0, length).CopyTo(start);
        if (!start[..length].SequenceEqual(Preface[..length])) return false;
        return length == Preface.Length ? true : null;
    }

    private sealed class AgreedOnHttp2 : ITlsApplicationProtocolFeature, ITlsConnectionFeature
    {
        public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
    }
}
