//! A drawing: curves between two axes, as SVG.
//!
//! Drawn ten times as large as it is meant to be seen, as plotters knows whole pixels only.

use std::f64::consts::TAU;

use plotters::coord::{CoordTranslate, Shift};
use plotters::prelude::{
    ChartBuilder, Color, DrawingArea, IntoDrawingArea, IntoFont, PathElement, Polygon, SVGBackend,
};

use super::axis::Axis;
use super::look::Marker;
use super::palette::{Entry, FINE_GRID, GRID};
use crate::Result;

const SIZE: (u32, u32) = (4400, 2900);
const SWATCH: (u32, u32) = (300, 140);
const FONT: (&str, u32) = ("sans-serif", 145);
const WIDTH: u32 = 20;
const RADIUS: f64 = 34.0;
/// Of a mark that warns.
const CROSS: f64 = 62.0;

/// A contender's figures, at places of both axes.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    pub(super) contender: Entry,
    pub(super) points: Vec<(f64, f64)>,
    /// Where markers are.
    pub(super) marked: Vec<(f64, f64)>,
    /// Where it is not what it seems.
    pub(super) crossed: Vec<(f64, f64)>,
}

type Sheet<'s> = DrawingArea<SVGBackend<'s>, Shift>;
type Pixel = (i32, i32);

/// Draws curves, the first on top.
///
/// # Errors
/// If plotters cannot.
pub(super) fn svg(curves: &[Curve], x: &Axis, y: &Axis) -> Result<String> {
    on_sheet(SIZE, |sheet| {
        let at = mesh(sheet, x, y)?;
        for curve in curves.iter().rev() {
            draw(sheet, curve, &at)?;
        }
        Ok(())
    })
}

/// A bit of line with a marker, for a legend.
///
/// # Errors
/// If plotters cannot.
pub(super) fn swatch(contender: &Entry) -> Result<String> {
    on_sheet(SWATCH, |sheet| {
        let (width, middle) = (SWATCH.0.cast_signed(), SWATCH.1.cast_signed() / 2);
        line(sheet, contender, vec![(0, middle), (width, middle)])?;
        fill(sheet, contender, &marker(contender.look.marker, RADIUS), (width / 2, middle))
    })
}

fn on_sheet(size: (u32, u32), draw: impl FnOnce(&Sheet<'_>) -> Result<()>) -> Result<String> {
    let mut svg = String::new();
    {
        let sheet = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw(&sheet)?;
        sheet.present().map_err(|error| error.to_string())?;
    }
    Ok(svg)
}

/// Draws the axes. Returns what turns places into pixels.
fn mesh(sheet: &Sheet<'_>, x: &Axis, y: &Axis) -> Result<impl Fn((f64, f64)) -> Pixel + use<>> {
    let mut chart = ChartBuilder::on(sheet)
        .margin_top(70)
        .margin_right(190)
        .x_label_area_size(if x.title.is_some() { 430 } else { 250 })
        .y_label_area_size(620)
        .build_cartesian_2d(x.clone(), y.clone())
        .map_err(|error| error.to_string())?;
    let mut mesh = chart.configure_mesh();
    mesh.label_style(FONT.into_font())
        .axis_desc_style(FONT.into_font())
        .axis_style(GRID.stroke_width(10))
        .bold_line_style(GRID.stroke_width(8))
        .light_line_style(FINE_GRID.stroke_width(8))
        .set_all_tick_mark_size(35);
    if let Some(title) = x.title {
        mesh.x_desc(title);
    }
    mesh.draw().map_err(|error| error.to_string())?;
    let coordinates = chart.as_coord_spec().clone();
    Ok(move |place| coordinates.translate(&place))
}

fn draw(sheet: &Sheet<'_>, curve: &Curve, at: &impl Fn((f64, f64)) -> Pixel) -> Result<()> {
    let contender = &curve.contender;
    let mut pixels: Vec<Pixel> = curve.points.iter().map(|&place| at(place)).collect();
    pixels.dedup();
    line(sheet, contender, pixels)?;
    let shape = marker(contender.look.marker, RADIUS);
    for &place in &curve.marked {
        fill(sheet, contender, &shape, at(place))?;
    }
    for &place in &curve.crossed {
        fill(sheet, contender, &cross(CROSS), at(place))?;
    }
    Ok(())
}

fn line(sheet: &Sheet<'_>, contender: &Entry, pixels: Vec<Pixel>) -> Result<()> {
    let path = PathElement::new(pixels, contender.color.stroke_width(WIDTH));
    Ok(sheet.draw(&path).map_err(|error| error.to_string())?)
}

fn fill(sheet: &Sheet<'_>, contender: &Entry, shape: &[Pixel], at: Pixel) -> Result<()> {
    let corners: Vec<Pixel> =
        shape.iter().map(|corner| (at.0 + corner.0, at.1 + corner.1)).collect();
    let polygon = Polygon::new(corners, contender.color.filled());
    Ok(sheet.draw(&polygon).map_err(|error| error.to_string())?)
}

/// Corners around a middle.
fn marker(marker: Marker, radius: f64) -> Vec<Pixel> {
    match marker {
        Marker::Circle => around(20, 0.0, radius),
        Marker::Square => around(4, 0.125, 1.2 * radius),
        Marker::Diamond => around(4, 0.0, 1.35 * radius),
        Marker::Up => around(3, 0.75, 1.35 * radius),
        Marker::Down => around(3, 0.25, 1.35 * radius),
        Marker::Plus => turned(&arms(0.45), 0.0, 1.15 * radius),
    }
}

fn cross(radius: f64) -> Vec<Pixel> {
    turned(&arms(0.22), 0.125, radius)
}

/// A regular shape, its first corner turned by so much from the right.
fn around(corners: u32, turn: f64, radius: f64) -> Vec<Pixel> {
    let turns = (0..corners).map(|corner| TAU * (turn + f64::from(corner) / f64::from(corners)));
    turns.map(|angle| pixel((radius * angle.cos(), radius * angle.sin()))).collect()
}

/// Four arms of length 1 and half this thickness.
fn arms(half: f64) -> Vec<(f64, f64)> {
    let corners = [(half, half), (1.0, half), (1.0, -half)];
    let quarters = (0..4).flat_map(|quarter| {
        corners.map(|(x, y)| match quarter {
            0 => (x, -y),
            1 => (y, x),
            2 => (-x, y),
            _ => (-y, -x),
        })
    });
    quarters.collect()
}

fn turned(corners: &[(f64, f64)], turn: f64, radius: f64) -> Vec<Pixel> {
    let (sin, cos) = (TAU * turn).sin_cos();
    let turn =
        |&(x, y): &(f64, f64)| pixel((radius * (x * cos - y * sin), radius * (x * sin + y * cos)));
    corners.iter().map(turn).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a drawing is a few thousand pixels wide")]
fn pixel((x, y): (f64, f64)) -> Pixel {
    (x.round() as i32, y.round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Kind;
    use crate::lab::record::tests::{cell, record};
    use crate::lab::report::palette::Palette;

    fn contender(name: &str) -> Entry {
        let palette = Palette::of(&record(vec![cell(name, &[1.0])]));
        palette.entry(name).cloned().expect("a contender")
    }

    #[test]
    fn a_curve_is_one_line_and_its_markers() {
        let curve = Curve {
            contender: contender("ringmain ring"),
            points: vec![(0.0, 2.0), (1.0, 2.1), (2.0, 2.5)],
            marked: vec![(1.0, 2.1)],
            crossed: vec![(2.0, 2.5)],
        };
        assert_eq!(curve.contender.kind, Kind::Peer);
        let times = Axis::of_times([100.0, 400.0].into_iter()).expect("times");
        let svg = svg(&[curve], &Axis::of_percentiles(100.0), &times).expect("a drawing");
        assert_eq!(svg.matches("stroke=\"#010000\"").count(), 1);
        assert_eq!(svg.matches("<polygon").count(), 2);
        assert!(svg.contains("99") && svg.contains("200 ns"));
    }

    #[test]
    fn a_swatch_is_a_line_with_a_marker() {
        let swatch = swatch(&contender("a")).expect("a drawing");
        assert_eq!(
            (swatch.matches("<polyline").count(), swatch.matches("<polygon").count()),
            (1, 1)
        );
    }
}
