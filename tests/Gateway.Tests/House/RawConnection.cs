using System.Net.Sockets;
using System.Text;

namespace StocksDapr.Gateway.House;

/// <summary>Says to a server exactly the bytes that a test wants it to hear.</summary>
internal static class RawConnection
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Sends, tells the server that nothing follows if wished, and returns what it answers until it closes the connection.</summary>
    public static async Task<string> AskAsync(Uri address, IEnumerable<byte[]> parts, bool ends = false)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, patience.Token);
        var stream = client.GetStream();
        foreach (var part in parts)
            await stream.WriteAsync(part, patience.Token);
        if (ends)
            client.Client.Shutdown(SocketShutdown.Send);

        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, patience.Token);
        return Encoding.UTF8.GetString(answer.ToArray());
    }

    public static Task<string> AskAsync(Uri address, string text, bool ends = false) => AskAsync(address, [Encoding.Latin1.GetBytes(text)], ends);

    /// <summary>The status and the body of an answer.</summary>
    public static (int Status, string Head, string Body) Split(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        end.Should().BeGreaterThan(0, $"'{answer}' should be an answer");
        var head = answer[..end];
        var length = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = answer[(end + 4)..];
        if (length is not null)
            body = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(body).AsSpan(0, int.Parse(length.Split(':')[1])));
        else if (head.Contains("chunked", StringComparison.Ordinal))
            body = body[(body.IndexOf("\r\n", StringComparison.Ordinal) + 2)..body.LastIndexOf("\r\n0\r\n", StringComparison.Ordinal)];
        return (int.Parse(head.Split(' ')[1]), head, body);
    }
}
