using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using WebhookBot.Clients;

namespace WebhookBot.Cli;

/// <summary>One JSON object a line, for programs; everything beyond ASCII is escaped.</summary>
internal sealed class JsonLogFormatter(KnownSecrets secrets, TimeProvider clock) : LogFormatter(FormatterName, secrets, clock)
{
    public const string FormatterName = "webhookbot-json";

    protected override void Write(LogLine line, TextWriter to)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("Timestamp", line.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            json.WriteNumber("EventId", line.Event.Id);
            json.WriteString("LogLevel", line.Level.ToString());
            json.WriteString("Category", line.Category);
            json.WriteString("Message", line.Message);
            WriteRest(line, json);
            json.WriteEndObject();
        }

        to.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteRest(LogLine line, Utf8JsonWriter json)
    {
        if (line.Exception is not null)
        {
            json.WriteString("Exception", line.Exception);
        }

        if (line.Untold > 0)
        {
            json.WriteNumber("LeftOut", line.Untold);
        }

        if (line.Values.Count > 0)
        {
            json.WriteStartObject("State");
            foreach (var (name, value) in line.Values)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        if (line.Scopes.Count > 0)
        {
            json.WriteStartArray("Scopes");
            foreach (var scope in line.Scopes)
            {
                json.WriteStringValue(scope);
            }

            json.WriteEndArray();
        }
    }
}
