using System.Globalization;
using System.Text.Json;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>What is to be offered to a server.</summary>
/// <param name="Port">Of the server on loopback.</param>
/// <param name="Rate">Deliveries a second, whatever becomes of those before.</param>
/// <param name="Seconds">How long.</param>
/// <param name="Connections">How many at the most.</param>
/// <param name="File">Where the ids go that were answered with 202, one a line.</param>
internal sealed record Offer(int Port, double Rate, double Seconds, int Connections, string File);

/// <summary>What came of an offer.</summary>
internal sealed record OfferResult
{
    /// <summary>Deliveries that were sent, or for which a connection was asked.</summary>
    public long Sent { get; set; }

    /// <summary>Deliveries that were due when all connections were waiting for an answer.</summary>
    public long Unsent { get; set; }

    public long Accepted { get; set; }

    /// <summary>Answers 503 that said when to come again.</summary>
    public long Shed { get; set; }

    /// <summary>All other answers.</summary>
    public long Other { get; set; }

    /// <summary>Connections that could not be made, or were closed before the first answer.</summary>
    public long Refused { get; set; }

    /// <summary>Connections that were closed while a later delivery waited for its answer.</summary>
    public long Broken { get; set; }

    /// <summary>Deliveries that had no answer half a minute after the end.</summary>
    public long Unanswered { get; set; }

    public int Connections { get; set; }

    /// <summary>Milliseconds from when one was due until it was accepted.</summary>
    public double P50 { get; set; }

    public double P99 { get; set; }
}

/// <summary>
/// Deliveries at a rate as a child: reads offers as JSON, answers each with a line when nothing more is sent, and with the result when the
/// last answer is there.
/// </summary>
internal static class OfferVerb
{
    public const string Name = "offer";

    public static int Run()
    {
        while (Console.In.ReadLine() is { } line)
        {
            var offer = JsonSerializer.Deserialize<Offer>(line)!;
            using var load = new OfferLoad(offer);
            load.Send();
            Console.Out.WriteLine(offer.Rate.ToString(CultureInfo.InvariantCulture));
            Console.Out.WriteLine(JsonSerializer.Serialize(load.Finish()));
        }

        return 0;
    }
}
