/* SPDX-License-Identifier: Apache-2.0 */
#include "report/charts.h"

#include <math.h>
#include <stdio.h>

enum {
    MAX_LAYERS = 12, /* drawn; of deeper networks the first and the last */
    MAX_UNITS = 9    /* drawn of a layer */
};

static const double picture_width = 940, picture_height = 230, top = 14, bottom = 178;

/* Where the units of a layer stand; more than MAX_UNITS leave a gap in the middle. */
static int unit_places(double n_units, double places[MAX_UNITS])
{
    bool is_cut = n_units > MAX_UNITS;
    int n = is_cut ? MAX_UNITS - 1 : (int)fmax(n_units, 1);
    double pitch = fmin((bottom - top) / (MAX_UNITS - 1), 24);
    int n_slots = is_cut ? MAX_UNITS : n;
    double first = 0.5 * (top + bottom) - 0.5 * pitch * (n_slots - 1);
    for (int i = 0, slot = 0; i < n; i++, slot++) {
        if (is_cut && i == n / 2)
            slot++;
        places[i] = first + slot * pitch;
    }
    return n;
}

/* All links between two layers as one path. */
static void draw_links(hwi_buffer *out, double x1, double x2, double n1, double n2)
{
    double from[MAX_UNITS], to[MAX_UNITS];
    int n_from = unit_places(n1, from), n_to = unit_places(n2, to);
    hwi_buffer_append_text(out, "<path class=\"link\" d=\"");
    for (int i = 0; i < n_from; i++) {
        for (int j = 0; j < n_to; j++) {
            hwi_buffer_append_char(out, 'M');
            hwi_svg_number(out, x1);
            hwi_buffer_append_char(out, ' ');
            hwi_svg_number(out, from[i]);
            hwi_buffer_append_char(out, 'L');
            hwi_svg_number(out, x2);
            hwi_buffer_append_char(out, ' ');
            hwi_svg_number(out, to[j]);
        }
    }
    hwi_buffer_append_text(out, "\"/>\n");
}

static void draw_layer(hwi_buffer *out, double x, const hwi_layer_note *layer, const char *kind)
{
    double places[MAX_UNITS];
    char number[HWI_PRETTY_BYTES], text[HWI_PRETTY_BYTES + 16];
    int n = unit_places(layer->n_units, places);
    for (int i = 0; i < n; i++) {
        hwi_buffer_printf(out, "<circle class=\"unit %s\" r=\"6.5\"", kind);
        hwi_svg_attribute(out, "cx", x);
        hwi_svg_attribute(out, "cy", places[i]);
        hwi_buffer_append_text(out, "/>");
    }
    if (layer->n_units > MAX_UNITS)
        hwi_svg_text(out, "dots", x, 0.5 * (top + bottom) + 5, "middle", "\xe2\x8b\xae");
    snprintf(text, sizeof text, "%s %s", hwi_pretty(layer->n_units, 6, number),
             layer->n_units == 1 ? "unit" : "units");
    hwi_svg_text(out, "unitcount", x, picture_height - 22, "middle", text);
    hwi_svg_text(out, "label", x, picture_height - 5, "middle", layer->label);
    hwi_buffer_append_char(out, '\n');
}

void hwi_chart_network(hwi_buffer *out, int32_t n_layers, const hwi_layer_note *layers)
{
    if (n_layers < 2)
        return;
    int n_drawn = n_layers < MAX_LAYERS ? n_layers : MAX_LAYERS;
    int32_t shown[MAX_LAYERS];
    for (int i = 0; i < n_drawn; i++)
        shown[i] = i < n_drawn / 2 ? i : n_layers - (n_drawn - i);
    double pitch = fmin((picture_width - 150) / (n_drawn - 1), 240);
    double first = 0.5 * (picture_width - pitch * (n_drawn - 1));
    hwi_buffer_append_text(out, "<svg class=\"chart network\" viewBox=\"0 0 ");
    hwi_svg_number(out, picture_width);
    hwi_buffer_append_char(out, ' ');
    hwi_svg_number(out, picture_height);
    hwi_buffer_append_text(out, "\" role=\"img\" aria-label=\"The layers of the network\">\n");
    for (int i = 0; i + 1 < n_drawn; i++) {
        double x = first + i * pitch;
        if (shown[i + 1] == shown[i] + 1)
            draw_links(out, x, x + pitch, layers[shown[i]].n_units, layers[shown[i + 1]].n_units);
        else
            hwi_svg_text(out, "dots", x + 0.5 * pitch, 0.5 * (top + bottom) + 5, "middle",
                         "\xe2\x8b\xaf");
    }
    for (int i = 0; i < n_drawn; i++)
        draw_layer(out, first + i * pitch, &layers[shown[i]],
                   i == 0             ? "input"
                   : i == n_drawn - 1 ? "output"
                                      : "hidden");
    hwi_buffer_append_text(out, "</svg>\n");
}
